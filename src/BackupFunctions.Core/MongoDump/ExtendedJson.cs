using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>
/// MongoDB Extended JSON: writes canonical v2 with the bytes of the Go driver (no HTML escaping), reads canonical and relaxed v2 and the older
/// forms of dumps (plain numbers, <c>{"$binary":"…","$type":"00"}</c>). Exact types, field order and duplicate fields are kept.
/// See mongodb.com/docs/manual/reference/mongodb-extended-json.
/// </summary>
public static class ExtendedJson
{
    /// <summary>One document as canonical Extended JSON on one line.</summary>
    /// <exception cref="FormatException">The document is no valid BSON.</exception>
    public static string WriteCanonical(RawBsonDocument document)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteCanonical(document.Bytes().Span, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Writes the BSON of one document as canonical Extended JSON in UTF-8.</summary>
    /// <exception cref="FormatException">The bytes are no valid BSON document.</exception>
    public static void WriteCanonical(ReadOnlySpan<byte> bson, IBufferWriter<byte> output)
    {
        if (BsonValidator.Validate(bson) is { } fault) throw new FormatException($"write BSON as JSON: at offset {fault.Offset}, {fault.Problem}");
        new CanonicalJsonWriter(output).Document(bson);
    }

    /// <summary>Reads one document from UTF-8; white space may surround it.</summary>
    /// <exception cref="FormatException">It is no JSON object, or no Extended JSON; the message has the offset.</exception>
    public static RawBsonDocument Parse(ReadOnlySpan<byte> utf8) => new(ParseToBytes(utf8));

    /// <summary>Reads one document from text, as <see cref="Parse(ReadOnlySpan{byte})"/>.</summary>
    public static RawBsonDocument Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    internal static byte[] ParseToBytes(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw new FormatException("read JSON: it is not UTF-8");
        using var output = new BsonOutput();
        var reader = new ExtendedJsonReader(utf8, output);
        byte[] bson;
        try
        {
            bson = reader.ReadDocument();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"read JSON at offset {reader.Offset}: {e.Message}", e);
        }
        if (BsonValidator.Validate(bson) is { } fault) throw new FormatException($"read JSON: {fault.Problem}");
        return bson;
    }
}
