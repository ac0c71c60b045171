using System.Buffers;
using System.Globalization;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>What a <c>.metadata.json</c> says.</summary>
/// <param name="Options">Collection options, or null when there are none.</param>
/// <param name="Indexes">Index documents, with <c>_id_</c>.</param>
/// <param name="Uuid">UUID of the collection, or null.</param>
/// <param name="CollectionName">Its name (tools since 100.0), or null.</param>
/// <param name="Type">Its type (tools since 100.3), or null.</param>
internal sealed record CollectionMetadata(
    RawBsonDocument? Options, IReadOnlyList<RawBsonDocument> Indexes, Guid? Uuid, string? CollectionName, string? Type)
{
    /// <summary>Reads the text, canonical or of older tools; null for the empty text that some leave.</summary>
    /// <exception cref="BackupException">Corrupt: the message names <paramref name="source"/>.</exception>
    public static CollectionMetadata? Parse(ReadOnlySpan<byte> json, string source)
    {
        if (json.IsEmpty) return null;
        try
        {
            return Read(ExtendedJson.ParseToBytes(json));
        }
        catch (FormatException e)
        {
            throw BackupException.Corrupt($"read collection metadata of {source}: {e.Message}", e);
        }
    }

    /// <summary>The text that mongodump 100.18 writes: one line of canonical Extended JSON.</summary>
    /// <exception cref="BackupException">Failed: Extended JSON cannot say what an option or index holds, such as a field named <c>$date</c>.</exception>
    public byte[] ToJson()
    {
        var bson = ToBson();
        var json = new ArrayBufferWriter<byte>();
        try
        {
            ExtendedJson.WriteCanonical(bson, json);
            if (ExtendedJson.ParseToBytes(json.WrittenSpan).AsSpan().SequenceEqual(bson)) return json.WrittenSpan.ToArray();
        }
        catch (FormatException e)
        {
            throw Unwritable(e);
        }
        throw Unwritable(null);
    }

    private BackupException Unwritable(Exception? cause) =>
        new(ErrorKind.Failed, $"write metadata of collection {CollectionName}: its options or indexes do not survive Extended JSON", inner: cause);

    private byte[] ToBson()
    {
        using var output = new BsonOutput();
        output.Open();
        if (Options is { } options && options.Bytes() is { Length: > BsonLayout.MinDocument } optionBytes)
        {
            output.Element(BsonType.Document, "options");
            output.Bytes(optionBytes.Span);
        }
        output.Element(BsonType.Array, "indexes");
        output.Open();
        for (var i = 0; i < Indexes.Count; i++)
        {
            output.Element(BsonType.Document, i.ToString(CultureInfo.InvariantCulture));
            output.Bytes(Indexes[i].Bytes().Span);
        }
        output.Close();
        if (Uuid is { } uuid) Text(output, "uuid", uuid.ToString("N"));
        Text(output, "collectionName", CollectionName ?? "");
        if (Type is { } type) Text(output, "type", type);
        output.Close();
        return output.Written.ToArray();
    }

    private static void Text(BsonOutput output, string name, string value)
    {
        output.Element(BsonType.String, name);
        output.String(value);
    }

    private static CollectionMetadata Read(byte[] bson)
    {
        RawBsonDocument? options = null;
        var indexes = new List<RawBsonDocument>();
        string? uuid = null, name = null, type = null;
        foreach (var field in new RawElements(bson))
        {
            if (field.Name.SequenceEqual("options"u8))
                options = field.Type == BsonType.Null ? null : AsDocument(field.Type, field.Value, "options");
            else if (field.Name.SequenceEqual("indexes"u8))
                ReadIndexes(field.Type, field.Value, indexes);
            else if (field.Name.SequenceEqual("uuid"u8)) uuid = AsText(field, "uuid");
            else if (field.Name.SequenceEqual("collectionName"u8)) name = AsText(field, "collectionName");
            else if (field.Name.SequenceEqual("type"u8)) type = AsText(field, "type");
        }
        if (options is not null && options.Bytes().Length == BsonLayout.MinDocument) options = null;
        return new(options, indexes, string.IsNullOrEmpty(uuid) ? null : ParseUuid(uuid), name, type);
    }

    private static void ReadIndexes(BsonType type, ReadOnlySpan<byte> value, List<RawBsonDocument> indexes)
    {
        if (type == BsonType.Null) return;
        if (type != BsonType.Array) throw new FormatException("indexes is no array");
        foreach (var item in new RawElements(value)) indexes.Add(AsDocument(item.Type, item.Value, "an index"));
    }

    private static RawBsonDocument AsDocument(BsonType type, ReadOnlySpan<byte> value, string what) =>
        type == BsonType.Document ? new RawBsonDocument(value.ToArray()) : throw new FormatException($"{what} is no document");

    private static string AsText(RawElement field, string what) =>
        field.Type == BsonType.String ? field.Text : throw new FormatException($"{what} is no string");

    private static Guid ParseUuid(string text) =>
        Guid.TryParseExact(text, "N", out var uuid) ? uuid : throw new FormatException($"uuid '{text}' is not 32 hex digits");
}
