using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.TimeSeries;

/// <summary>
/// Keys of indexes on a time series, which are built on its buckets: the meta field is <c>meta</c> there, any other field the lowest and the highest of its
/// values, the highest first where it descends.
/// </summary>
internal static class SeriesIndexKey
{
    private const string Min = "control.min.", Max = "control.max.", Meta = "meta";

    /// <summary>The key on the buckets.</summary>
    public static RawValue OfBuckets(SeriesOptions series, RawValue key)
    {
        var writer = new RawWriter();
        foreach (var element in key.Elements)
        {
            var (name, value) = (element.Name, element.Value);
            if (!value.IsNumber) throw new CommandException(238, "NotImplemented", $"index {name}: {value} on a time series is not supported by this server");
            if (series.MetaField is { } meta && (name == meta || name.StartsWith(meta + ".", StringComparison.Ordinal)))
            {
                writer.Append(Meta + name[meta.Length..], value);
                continue;
            }
            var (first, second) = IsNegative(value) ? (Max, Min) : (Min, Max);
            writer.Append(first + name, value).Append(second + name, value);
        }
        return RawValue.Document(writer.ToDocument());
    }

    /// <summary>The specification on the buckets of one on the time series.</summary>
    public static byte[] SpecificationOfBuckets(SeriesOptions series, RawValue specification)
    {
        var writer = new RawWriter();
        foreach (var element in specification.Elements)
        {
            if (element.Name is "unique" or "expireAfterSeconds" or "partialFilterExpression" or "sparse")
                throw new CommandException(72, "InvalidOptions", $"'{element.Name}' of an index is not supported on time-series collections by this server");
            if (element.Name == "key" && element.Value.IsDocument) writer.Append("key", OfBuckets(series, element.Value));
            else writer.Append(element);
        }
        return writer.ToDocument();
    }

    /// <summary>A specification on the buckets as the time series lists it; null for one that it does not list.</summary>
    public static byte[]? Listed(SeriesOptions series, IndexDefinition index)
    {
        if (index.Clustered || OfSeries(series, index.Key) is not { } key) return null;
        var writer = new RawWriter();
        foreach (var element in index.Spec.Elements)
        {
            if (element.Name == "key") writer.Append("key", key);
            else writer.Append(element);
        }
        return writer.ToDocument();
    }

    private static RawValue? OfSeries(SeriesOptions series, RawValue key)
    {
        var writer = new RawWriter();
        RawElement? open = null;
        foreach (var element in key.Elements)
        {
            var name = element.Name;
            if (open is { } first)
            {
                var (begins, ends) = IsNegative(first.Value) ? (Max, Min) : (Min, Max);
                var measured = first.Name[begins.Length..];
                if (name != ends + measured || BsonOrder.Compare(first.Value, element.Value) != 0) return null;
                writer.Append(measured, first.Value);
                open = null;
            }
            else if (series.MetaField is { } meta && (name == Meta || name.StartsWith(Meta + ".", StringComparison.Ordinal)))
            {
                writer.Append(meta + name[Meta.Length..], element.Value);
            }
            else if (element.Value.IsNumber && name.StartsWith(IsNegative(element.Value) ? Max : Min, StringComparison.Ordinal))
            {
                open = element;
            }
            else
            {
                return null;
            }
        }
        return open is null ? RawValue.Document(writer.ToDocument()) : null;
    }

    private static bool IsNegative(RawValue direction) => BsonOrder.Compare(direction, RawValue.From(0)) < 0;
}
