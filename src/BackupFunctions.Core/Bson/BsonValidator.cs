using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>What is wrong with a document.</summary>
/// <param name="Offset">Where, in bytes from its start.</param>
/// <param name="Problem">What, in a few words.</param>
public readonly record struct BsonFault(int Offset, string Problem);

/// <summary>
/// Checks that bytes are one whole BSON document: lengths, types, names, closing zeros and nesting. Text may be any bytes, as servers accept
/// it. Reads every element once and allocates only to report a fault.
/// </summary>
public static class BsonValidator
{
    /// <summary>Deepest nesting below the top level; servers refuse more than 200.</summary>
    public const int MaxDepth = 200;

    private const string NotClosed = "string is not closed by a zero byte";

    /// <summary>
    /// The first fault, or null. With <paramref name="arrayNames"/>, array elements must also be named 0, 1, 2 and so on, as the format demands
    /// but servers do not.
    /// </summary>
    public static BsonFault? Validate(ReadOnlySpan<byte> document, bool arrayNames = false) => Check(document, 0, 0, false, arrayNames);

    private static BsonFault? Check(ReadOnlySpan<byte> document, int offset, int depth, bool isArray, bool arrayNames)
    {
        if (document.Length < BsonLayout.MinDocument) return new(offset, $"document of {document.Length} bytes is shorter than 5");
        var stated = BinaryPrimitives.ReadInt32LittleEndian(document);
        if (stated != document.Length) return new(offset, $"document states a length of {stated} bytes but has {document.Length}");
        if (document[^1] != 0) return new(offset + document.Length - 1, "document is not closed by a zero byte");
        if (depth > MaxDepth) return new(offset, $"document is nested deeper than {MaxDepth} levels");
        var body = document[..^1];
        var index = 0;
        for (var at = 4; at < body.Length; index++)
        {
            var type = (BsonType)body[at];
            if (type == BsonType.EndOfDocument) return new(offset + at, "document ends before its length");
            var nameLength = body[(at + 1)..].IndexOf((byte)0);
            if (nameLength < 0) return new(offset + at + 1, "field name is not closed by a zero byte");
            if (isArray && arrayNames && !IsIndex(body.Slice(at + 1, nameLength), index))
                return new(offset + at + 1, $"element {index} of an array is named {Quote(body.Slice(at + 1, nameLength))}");
            var start = at + nameLength + 2;
            if (Measure(type, body[start..], out var length) is { } problem)
                return new(offset + at, $"field {Quote(body.Slice(at + 1, nameLength))}: {problem}");
            if (Descend(type, body.Slice(start, length), offset + start, depth, arrayNames) is { } fault) return fault;
            at = start + length;
        }
        return null;
    }

    private static BsonFault? Descend(BsonType type, ReadOnlySpan<byte> value, int offset, int depth, bool arrayNames)
    {
        switch (type)
        {
            case BsonType.Document or BsonType.Array:
                return Check(value, offset, depth + 1, type == BsonType.Array, arrayNames);
            case BsonType.JavaScriptWithScope:
                if (Measure(BsonType.JavaScript, value[4..], out var code) is { } problem) return new(offset, $"code: {problem}");
                return Check(value[(4 + code)..], offset + 4 + code, depth + 1, false, arrayNames);
            default:
                return null;
        }
    }

    // a value's length, unless that or its content is wrong
    private static string? Measure(BsonType type, ReadOnlySpan<byte> rest, out int length)
    {
        if (BsonLayout.Measure(type, rest, out length) is { } problem) return problem;
        return type switch
        {
            BsonType.Boolean when rest[0] > 1 => "boolean is neither 0 nor 1",
            BsonType.String or BsonType.JavaScript or BsonType.Symbol when rest[length - 1] != 0 => NotClosed,
            BsonLayout.DbPointer when rest[length - BsonLayout.ObjectIdSize - 1] != 0 => NotClosed,
            _ => null,
        };
    }

    private static bool IsIndex(ReadOnlySpan<byte> name, int index)
    {
        Span<byte> expected = stackalloc byte[10];
        index.TryFormat(expected, out var written, provider: CultureInfo.InvariantCulture);
        return name.SequenceEqual(expected[..written]);
    }

    private static string Quote(ReadOnlySpan<byte> name)
    {
        var text = Encoding.UTF8.GetString(name[..Math.Min(name.Length, 40)]);
        return $"'{string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()))}'";
    }
}
