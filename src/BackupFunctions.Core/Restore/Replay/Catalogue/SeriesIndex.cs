using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// The indexes of a time series, which servers build on its buckets and list in terms of its measurements: the meta field is <c>meta</c> there, and every
/// other field the pair <c>control.min.F</c>, <c>control.max.F</c> (descending the other way about), or <c>data.F</c> with <c>2dsphere_bucket</c>.
/// </summary>
internal static class SeriesIndex
{
    private const string Min = "control.min.", Max = "control.max.", Data = "data.", Meta = "meta";

    /// <summary>The index of the buckets as the time series lists it; null when it is none of the time series.</summary>
    public static RawBsonDocument? Listed(CollectionSpec series, RawBsonDocument index)
    {
        var original = RawBson.Nested(index.Bytes().Span, "originalSpec"u8);
        return original.IsEmpty ? WithKey(series, index, "key"u8) : new RawBsonDocument(original.ToArray());
    }

    /// <summary>A document with the key pattern in this field as the time series has it; null when it is none of the time series.</summary>
    public static RawBsonDocument? WithKey(CollectionSpec series, RawBsonDocument document, ReadOnlySpan<byte> name)
    {
        using var builder = new RawBsonBuilder();
        foreach (var field in new RawElements(document.Bytes().Span))
        {
            if (!field.Name.SequenceEqual(name)) builder.Element(field.Whole);
            else if (Key(MetaField(series), field.Value) is { } key) builder.Add(field.NameText, key);
            else return null;
        }
        return builder.ToDocument();
    }

    private static byte[]? Key(string? metaField, ReadOnlySpan<byte> key)
    {
        using var listed = new BsonOutput();
        listed.Open();
        var fields = new RawElements(key);
        while (fields.MoveNext())
        {
            var (name, type) = (fields.Current.NameText, fields.Current.Type);
            var value = fields.Current.Value;
            if (name == Meta || name.StartsWith($"{Meta}.", StringComparison.Ordinal))
            {
                if (metaField is null) return null;
                Field(listed, type, metaField + name[Meta.Length..], value);
            }
            else if (name.StartsWith(Data, StringComparison.Ordinal) && fields.Current is { Type: BsonType.String, Text: "2dsphere_bucket" })
            {
                listed.Element(BsonType.String, name[Data.Length..]);
                listed.String("2dsphere");
            }
            else
            {
                var (first, second) = IsNegative(fields.Current) ? (Max, Min) : (Min, Max);
                if (!name.StartsWith(first, StringComparison.Ordinal)) return null;
                var measured = name[first.Length..];
                if (!fields.MoveNext() || fields.Current.NameText != second + measured || fields.Current.Type != type || !fields.Current.Value.SequenceEqual(value)) return null;
                Field(listed, type, measured, value);
            }
        }
        listed.Close();
        return listed.Written.ToArray();
    }

    private static void Field(BsonOutput output, BsonType type, string name, ReadOnlySpan<byte> value)
    {
        output.Element(type, name);
        output.Bytes(value);
    }

    private static bool IsNegative(RawElement direction) => RawOutput.Integer(direction) is { } number
        && (number < 0 || (number == 0 && direction.Value[^1] >= 0x80)); // a double between -1 and 0

    private static string? MetaField(CollectionSpec series) =>
        RawBson.TryFind(RawBson.Nested(series.Options.Bytes().Span, "timeseries"u8), "metaField"u8, out var meta) && meta.Type == BsonType.String ? meta.Text : null;
}
