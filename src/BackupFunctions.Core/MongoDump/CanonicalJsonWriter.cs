using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>Writes validated BSON as canonical Extended JSON v2, with the bytes that the Go driver writes.</summary>
internal sealed class CanonicalJsonWriter(IBufferWriter<byte> output)
{
    /// <summary>Writes <c>{"a":…,"b":…}</c>, or for arrays <c>[…,…]</c>.</summary>
    public void Document(ReadOnlySpan<byte> document, bool isArray = false)
    {
        Raw(isArray ? "["u8 : "{"u8);
        var first = true;
        foreach (var element in new RawElements(document))
        {
            if (!first) Raw(","u8);
            if (!isArray)
            {
                String(element.Name);
                Raw(":"u8);
            }
            Value(element.Type, element.Value);
            first = false;
        }
        Raw(isArray ? "]"u8 : "}"u8);
    }

    /// <summary>A JSON string from UTF-8; bytes that are none become U+FFFD, as in Go.</summary>
    public void String(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            var b = text[i];
            var size = 1;
            if (b < 0x80)
            {
                if (b >= 0x20 && b != '"' && b != '\\')
                {
                    i++;
                    continue;
                }
            }
            else if (Rune.DecodeFromUtf8(text[i..], out var rune, out size) != OperationStatus.Done)
                size = 1;
            else if (rune.Value is not (0x2028 or 0x2029))
            {
                i += size;
                continue;
            }
            Raw(text[start..i]);
            Escape(text.Slice(i, size));
            i += size;
            start = i;
        }
        Raw(text[start..]);
        Raw("\""u8);
    }

    private void Escape(ReadOnlySpan<byte> character)
    {
        switch (character[0])
        {
            case (byte)'"': Raw("\\\""u8); break;
            case (byte)'\\': Raw("\\\\"u8); break;
            case (byte)'\n': Raw("\\n"u8); break;
            case (byte)'\r': Raw("\\r"u8); break;
            case (byte)'\t': Raw("\\t"u8); break;
            case (byte)'\b': Raw("\\b"u8); break;
            case (byte)'\f': Raw("\\f"u8); break;
            case < 0x20: Ascii($"\\u00{character[0]:x2}"); break;
            default: Raw(character.Length == 1 ? "\\ufffd"u8 : character[2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8); break;
        }
    }

    private void Value(BsonType type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case BsonType.Double:
                Ascii($"{{\"$numberDouble\":\"{CanonicalNumbers.Double(BinaryPrimitives.ReadDoubleLittleEndian(value))}\"}}");
                break;
            case BsonType.String:
                String(BsonLayout.StringBytes(value));
                break;
            case BsonType.Document or BsonType.Array:
                Document(value, type == BsonType.Array);
                break;
            case BsonType.Binary:
                Binary(value);
                break;
            case BsonType.Undefined:
                Raw("{\"$undefined\":true}"u8);
                break;
            case BsonType.ObjectId:
                Ascii($"{{\"$oid\":\"{Convert.ToHexStringLower(value)}\"}}");
                break;
            case BsonType.Boolean:
                Raw(value[0] == 0 ? "false"u8 : "true"u8);
                break;
            case BsonType.DateTime:
                Ascii($"{{\"$date\":{{\"$numberLong\":\"{BinaryPrimitives.ReadInt64LittleEndian(value)}\"}}}}");
                break;
            case BsonType.Null:
                Raw("null"u8);
                break;
            case BsonType.RegularExpression:
                RegularExpression(value);
                break;
            case BsonLayout.DbPointer:
                Wrapped("{\"$dbPointer\":{\"$ref\":"u8, value[..^12]);
                Ascii($",\"$id\":{{\"$oid\":\"{Convert.ToHexStringLower(value[^12..])}\"}}}}}}");
                break;
            case BsonType.JavaScript:
                Wrapped("{\"$code\":"u8, value);
                Raw("}"u8);
                break;
            case BsonType.Symbol:
                Wrapped("{\"$symbol\":"u8, value);
                Raw("}"u8);
                break;
            case BsonType.JavaScriptWithScope:
                Wrapped("{\"$code\":"u8, value[4..]);
                Raw(",\"$scope\":"u8);
                Document(value[(8 + BinaryPrimitives.ReadInt32LittleEndian(value[4..]))..]);
                Raw("}"u8);
                break;
            case BsonType.Int32:
                Ascii($"{{\"$numberInt\":\"{BinaryPrimitives.ReadInt32LittleEndian(value)}\"}}");
                break;
            case BsonType.Timestamp:
                var (t, i) = (BinaryPrimitives.ReadUInt32LittleEndian(value[4..]), BinaryPrimitives.ReadUInt32LittleEndian(value));
                Ascii($"{{\"$timestamp\":{{\"t\":{t},\"i\":{i}}}}}");
                break;
            case BsonType.Int64:
                Ascii($"{{\"$numberLong\":\"{BinaryPrimitives.ReadInt64LittleEndian(value)}\"}}");
                break;
            case BsonType.Decimal128:
                Ascii($"{{\"$numberDecimal\":\"{CanonicalNumbers.Decimal128(value)}\"}}");
                break;
            case BsonType.MinKey:
                Raw("{\"$minKey\":1}"u8);
                break;
            case BsonType.MaxKey:
                Raw("{\"$maxKey\":1}"u8);
                break;
            default:
                throw new FormatException($"type 0x{(byte)type:x2} has no Extended JSON");
        }
    }

    private void Binary(ReadOnlySpan<byte> value)
    {
        var subType = value[4];
        var data = value[5..];
        // the old generic subtype repeats the length inside, which is not part of the data
        if (subType == 2 && data.Length >= 4) data = data[4..];
        Raw("{\"$binary\":{\"base64\":\""u8);
        var span = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length) + 1);
        Base64.EncodeToUtf8(data, span, out _, out var written);
        output.Advance(written);
        Ascii($"\",\"subType\":\"{subType:x2}\"}}}}");
    }

    private void RegularExpression(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        Raw("{\"$regularExpression\":{\"pattern\":"u8);
        String(value[..end]);
        Raw(",\"options\":"u8);
        var options = value[(end + 1)..^1].ToArray();
        Array.Sort(options);
        String(options);
        Raw("}}"u8);
    }

    private void Wrapped(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> stored)
    {
        Raw(opening);
        String(BsonLayout.StringBytes(stored));
    }

    private void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    private void Ascii(FormattableString text) =>
        Encoding.ASCII.GetBytes(text.ToString(System.Globalization.CultureInfo.InvariantCulture), output);
}
