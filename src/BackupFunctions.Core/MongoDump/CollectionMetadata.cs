using System.Buffers;
using System.Globalization;
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
        var output = new BsonOutput();
        output.Open();
        if (Options is { } options && RawBson.Bytes(options) is { Length: > BsonLayout.MinDocument } optionBytes)
        {
            output.Element(BsonType.Document, "options");
            output.Bytes(optionBytes.Span);
        }
        output.Element(BsonType.Array, "indexes");
        output.Open();
        for (var i = 0; i < Indexes.Count; i++)
        {
            output.Element(BsonType.Document, i.ToString(CultureInfo.InvariantCulture));
            output.Bytes(RawBson.Bytes(Indexes[i]).Span);
        }
        output.Close();
        if (Uuid is { } uuid) Text(output, "uuid", uuid.ToString("N"));
        Text(output, "collectionName", CollectionName ?? "");
        if (Type is { } type) Text(output, "type", type);
        output.Close();
        return output.ToArray();
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
        for (var fields = new BsonElementReader(bson); fields.MoveNext();)
        {
            if (fields.Name.SequenceEqual("options"u8))
                options = fields.Type == BsonType.Null ? null : AsDocument(fields.Type, fields.Value, "options");
            else if (fields.Name.SequenceEqual("indexes"u8))
                ReadIndexes(fields.Type, fields.Value, indexes);
            else if (fields.Name.SequenceEqual("uuid"u8)) uuid = AsText(fields, "uuid");
            else if (fields.Name.SequenceEqual("collectionName"u8)) name = AsText(fields, "collectionName");
            else if (fields.Name.SequenceEqual("type"u8)) type = AsText(fields, "type");
        }
        if (options is not null && RawBson.Bytes(options).Length == BsonLayout.MinDocument) options = null;
        return new(options, indexes, string.IsNullOrEmpty(uuid) ? null : ParseUuid(uuid), name, type);
    }

    private static void ReadIndexes(BsonType type, ReadOnlySpan<byte> value, List<RawBsonDocument> indexes)
    {
        if (type == BsonType.Null) return;
        if (type != BsonType.Array) throw new FormatException("indexes is no array");
        for (var items = new BsonElementReader(value); items.MoveNext();) indexes.Add(AsDocument(items.Type, items.Value, "an index"));
    }

    private static RawBsonDocument AsDocument(BsonType type, ReadOnlySpan<byte> value, string what) =>
        type == BsonType.Document ? new RawBsonDocument(value.ToArray()) : throw new FormatException($"{what} is no document");

    private static string AsText(in BsonElementReader field, string what) =>
        field.Type == BsonType.String ? field.Text : throw new FormatException($"{what} is no string");

    private static Guid ParseUuid(string text) =>
        Guid.TryParseExact(text, "N", out var uuid) ? uuid : throw new FormatException($"uuid '{text}' is not 32 hex digits");
}
