using System.Buffers.Binary;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>
/// The order of values in an index without a collation, as the server compares them: types first, numbers of all types together, then values
/// (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/).
/// </summary>
public sealed class BsonOrder : IComparer<RawBsonDocument>
{
    /// <summary>Orders one-field documents <c>{_id: v}</c>, and others field by field.</summary>
    public static BsonOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(RawBsonDocument? x, RawBsonDocument? y) =>
        x is null || y is null ? (x is null ? 0 : 1) - (y is null ? 0 : 1) : CompareDocuments(x.Bytes().Span, y.Bytes().Span);

    /// <summary>Compares documents: by type, name and value of each field in turn; the one that ends first is less.</summary>
    public static int CompareDocuments(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var left = new RawElements(x);
        var right = new RawElements(y);
        while (true)
        {
            var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
            if (!hasLeft || !hasRight) return hasLeft.CompareTo(hasRight);
            var order = Rank(left.Current.Type).CompareTo(Rank(right.Current.Type));
            if (order == 0) order = left.Current.Name.SequenceCompareTo(right.Current.Name);
            if (order == 0) order = CompareValues(left.Current, right.Current);
            if (order != 0) return order;
        }
    }

    /// <summary>Compares the values of two elements, whatever their names.</summary>
    public static int CompareValues(RawElement x, RawElement y)
    {
        var order = Rank(x.Type).CompareTo(Rank(y.Type));
        if (order != 0) return order;
        return x.Type switch
        {
            BsonType.MinKey or BsonType.MaxKey or BsonType.Null or BsonType.Undefined => 0,
            BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => BsonNumberOrder.Compare(x, y),
            BsonType.String or BsonType.Symbol or BsonType.JavaScript => BsonLayout.StringBytes(x.Value).SequenceCompareTo(BsonLayout.StringBytes(y.Value)),
            BsonType.Document or BsonType.Array => CompareDocuments(x.Value, y.Value),
            BsonType.Binary => CompareBinary(x.Value, y.Value),
            BsonType.DateTime => BinaryPrimitives.ReadInt64LittleEndian(x.Value).CompareTo(BinaryPrimitives.ReadInt64LittleEndian(y.Value)),
            BsonType.Timestamp => BinaryPrimitives.ReadUInt64LittleEndian(x.Value).CompareTo(BinaryPrimitives.ReadUInt64LittleEndian(y.Value)),
            BsonType.JavaScriptWithScope => CompareScoped(x.Value, y.Value),
            BsonLayout.DbPointer => x.Value.Length != y.Value.Length ? x.Value.Length.CompareTo(y.Value.Length) : x.Value.SequenceCompareTo(y.Value),
            _ => x.Value.SequenceCompareTo(y.Value), // ObjectId, boolean, regular expression
        };
    }

    // the gaps are the server's; only the order counts
    private static int Rank(BsonType type) => type switch
    {
        BsonType.MinKey => -1,
        BsonType.Undefined => 0,
        BsonType.Null => 5,
        BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => 10,
        BsonType.String or BsonType.Symbol => 15,
        BsonType.Document => 20,
        BsonType.Array => 25,
        BsonType.Binary => 30,
        BsonType.ObjectId => 35,
        BsonType.Boolean => 40,
        BsonType.DateTime => 45,
        BsonType.Timestamp => 47,
        BsonType.RegularExpression => 50,
        BsonLayout.DbPointer => 55,
        BsonType.JavaScript => 60,
        BsonType.JavaScriptWithScope => 65,
        _ => 127,
    };

    private static int CompareBinary(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) =>
        x.Length != y.Length ? x.Length.CompareTo(y.Length) : x[4..].SequenceCompareTo(y[4..]);

    private static int CompareScoped(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var (xCode, yCode) = (BinaryPrimitives.ReadInt32LittleEndian(x[4..]), BinaryPrimitives.ReadInt32LittleEndian(y[4..]));
        var order = x.Slice(8, xCode - 1).SequenceCompareTo(y.Slice(8, yCode - 1));
        return order != 0 ? order : CompareDocuments(x[(8 + xCode)..], y[(8 + yCode)..]);
    }
}
