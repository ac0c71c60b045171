using System.Buffers.Binary;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>What we need to know of an index description of <c>listIndexes</c>; the rest stays as it is.</summary>
public static class IndexSpec
{
    /// <summary>The index's name; empty when it has none.</summary>
    public static string Name(RawBsonDocument index) =>
        RawBson.TryFind(index.Bytes().Span, "name"u8, out var name) && name.Type == BsonType.String
            ? System.Text.Encoding.UTF8.GetString(name.Value[4..^1])
            : "";

    /// <summary>Whether its key is exactly <c>{_id: 1}</c>, in any numeric type; <c>{_id: "hashed"}</c> is another index.</summary>
    public static bool IsIdIndex(RawBsonDocument index)
    {
        var fields = 0;
        var isId = false;
        foreach (var field in new RawElements(Key(index)))
        {
            fields++;
            isId = field.Name.SequenceEqual("_id"u8) && field.Type is BsonType.Double or BsonType.Int32 or BsonType.Int64 && Number(field) == 1;
        }
        return fields == 1 && isId;
    }

    /// <summary>Whether it stands for the order of a clustered collection, which has no index to build.</summary>
    public static bool IsClustered(RawBsonDocument index) => RawBson.TryFind(index.Bytes().Span, "clustered"u8, out var value) && IsTrue(value);

    /// <summary>Whether it deletes documents by age.</summary>
    public static bool IsTtl(RawBsonDocument index) => RawBson.TryFind(index.Bytes().Span, "expireAfterSeconds"u8, out _);

    /// <summary>Whether it has a collation of its own.</summary>
    public static bool HasCollation(RawBsonDocument index) => RawBson.TryFind(index.Bytes().Span, "collation"u8, out _);

    /// <summary>Whether the server treats the value as true.</summary>
    internal static bool IsTrue(RawElement element) => element.Type switch
    {
        BsonType.Boolean => element.Value[0] != 0,
        BsonType.Double or BsonType.Int32 or BsonType.Int64 => Number(element) != 0,
        _ => false,
    };

    private static ReadOnlySpan<byte> Key(RawBsonDocument index)
    {
        var key = RawBson.Nested(index.Bytes().Span, "key"u8);
        return key.IsEmpty ? [5, 0, 0, 0, 0] : key;
    }

    private static double Number(RawElement element) => element.Type switch
    {
        BsonType.Double => BinaryPrimitives.ReadDoubleLittleEndian(element.Value),
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element.Value),
        _ => BinaryPrimitives.ReadInt64LittleEndian(element.Value),
    };
}
