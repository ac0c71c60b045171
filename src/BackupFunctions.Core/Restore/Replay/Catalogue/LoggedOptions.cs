using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Changes of a collection's options as the oplog logs them.</summary>
internal static class LoggedOptions
{
    /// <summary>With the changes of a <c>collMod</c>; an option that is switched off is not kept.</summary>
    public static RawBsonDocument Change(RawBsonDocument options, RawBsonDocument changes)
    {
        var fields = new OptionFields(options.Bytes().Span);
        foreach (var change in new RawElements(changes.Bytes().Span))
        {
            if (change.Name.SequenceEqual("cappedSize"u8)) fields.Set(change, "size");
            else if (change.Name.SequenceEqual("cappedMax"u8)) fields.Set(change, "max");
            else if (IsOff(change)) fields.Remove(change.Name);
            else fields.Set(change);
        }
        return fields.ToDocument();
    }

    /// <summary>
    /// Those of a time series with the changes of a <c>collMod</c> on its buckets. A granularity brings the span of its buckets with it, and is gone when
    /// the spans are given.
    /// </summary>
    public static RawBsonDocument ChangeSeries(RawBsonDocument options, RawBsonDocument changes)
    {
        var fields = new OptionFields(Change(options, changes).Bytes().Span);
        fields.Remove(TimeseriesCommands.MixedSchemaUtf8);
        var given = RawBson.Nested(changes.Bytes().Span, "timeseries"u8);
        if (given.IsEmpty) return fields.ToDocument();
        var series = new OptionFields(RawBson.Nested(options.Bytes().Span, "timeseries"u8));
        if (RawBson.TryFind(given, "granularity"u8, out var granularity))
        {
            series.Set(granularity);
            series.Remove("bucketRoundingSeconds"u8);
            using var span = new RawBsonBuilder();
            foreach (var field in new RawElements(span.Add("bucketMaxSpanSeconds", MaxSpanSeconds(granularity)).Finish().Span)) series.Set(field);
        }
        else
        {
            series.Remove("granularity"u8);
            foreach (var field in new RawElements(given)) series.Set(field);
        }
        using var changed = new RawBsonBuilder();
        foreach (var field in new RawElements(changed.Add("timeseries", series.ToDocument().Bytes().Span).Finish().Span)) fields.Set(field);
        return fields.ToDocument();
    }

    /// <summary>With <c>capped</c> and the size that <c>convertToCapped</c> gives.</summary>
    public static RawBsonDocument Capped(RawBsonDocument options, RawBsonDocument arguments)
    {
        var fields = new OptionFields(options.Bytes().Span);
        using var capped = new RawBsonBuilder();
        foreach (var flag in new RawElements(capped.Add("capped", true).Finish().Span)) fields.Set(flag);
        if (RawBson.TryFind(arguments.Bytes().Span, "size"u8, out var size)) fields.Set(size);
        return fields.ToDocument();
    }

    /// <summary>Without the mark of a temporary collection.</summary>
    public static RawBsonDocument Permanent(RawBsonDocument options)
    {
        var fields = new OptionFields(options.Bytes().Span);
        fields.Remove("temp"u8);
        return fields.ToDocument();
    }

    private static int MaxSpanSeconds(RawElement granularity) => granularity is { Type: BsonType.String } ? granularity.Text switch
    {
        "seconds" => 60 * 60,
        "minutes" => 24 * 60 * 60,
        "hours" => 30 * 24 * 60 * 60,
        var other => throw BackupException.Corrupt($"replay collMod: granularity '{other}' is unknown"),
    } : throw BackupException.Corrupt("replay collMod: its granularity is no text");

    private static bool IsOff(RawElement change) =>
        (change.Name.SequenceEqual("expireAfterSeconds"u8) && change.Type == BsonType.String)
        || (change.Name.SequenceEqual("validator"u8) && change.Type == BsonType.Document && change.Value.Length == RawBson.Empty.Bytes().Length);
}
