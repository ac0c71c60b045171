using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.TimeSeries;

/// <summary>The <c>timeseries</c> options of a collection, completed as the server completes them.</summary>
internal sealed class SeriesOptions
{
    private const string DefaultGranularity = "seconds";

    private SeriesOptions(RawValue document)
    {
        Document = document;
        TimeField = document["timeField"u8].Text;
        MetaField = document["metaField"u8] is { Type: BsonType.String } meta ? meta.Text : null;
        MaxSpanSeconds = Values.Long(document["bucketMaxSpanSeconds"u8]) ?? 0;
        RoundingSeconds = Values.Long(document["bucketRoundingSeconds"u8]) ?? RoundingOf(document["granularity"u8] is { Type: BsonType.String } text ? text.Text : DefaultGranularity);
    }

    /// <summary>The options as they are listed.</summary>
    public RawValue Document { get; }

    public string TimeField { get; }

    public string? MetaField { get; }

    /// <summary>How far the measurements of a bucket lie apart at most.</summary>
    public long MaxSpanSeconds { get; }

    /// <summary>To multiples of this the time of a bucket is rounded down.</summary>
    public long RoundingSeconds { get; }

    /// <summary>The options of a collection that has them.</summary>
    public static SeriesOptions Of(CollectionOptions options) => new(options.Document["timeseries"u8]);

    /// <summary>Reads what <c>create</c> was given; what a server refuses is an error.</summary>
    public static SeriesOptions Complete(RawValue given)
    {
        if (!given.IsDocument) throw new CommandException(14, "TypeMismatch", "BSON field 'create.timeseries' is the wrong type, expected type 'object'");
        foreach (var element in given.Elements)
        {
            if (element.Name is not ("timeField" or "metaField" or "granularity" or "bucketMaxSpanSeconds" or "bucketRoundingSeconds"))
                throw new CommandException(40415, "Location40415", $"BSON field 'create.timeseries.{element.Name}' is an unknown field.");
        }
        var time = Field(given, "timeField") ?? throw new CommandException(40414, "Location40414", "BSON field 'create.timeseries.timeField' is missing but a required field");
        var meta = Field(given, "metaField");
        if (meta == time) throw Invalid("the metaField cannot be the timeField");
        if (meta == "_id") throw Invalid("the metaField cannot be \"_id\"");
        var writer = new RawWriter().Append("timeField", time);
        if (meta is not null) writer.Append("metaField", meta);
        AppendSpans(writer, given);
        return new(RawValue.Document(writer.ToDocument()));
    }

    /// <summary>These with the spans that <c>collMod</c> gives; they only grow.</summary>
    public SeriesOptions With(RawValue given)
    {
        var writer = new RawWriter().Append("timeField", TimeField);
        if (MetaField is not null) writer.Append("metaField", MetaField);
        AppendSpans(writer, given);
        var changed = new SeriesOptions(RawValue.Document(writer.ToDocument()));
        return changed.MaxSpanSeconds >= MaxSpanSeconds ? changed : throw Invalid("Invalid transition for timeseries.granularity. Can only transition from 'seconds' to 'minutes' or 'minutes' to 'hours'.");
    }

    /// <summary>The pipeline of the view that unpacks the buckets.</summary>
    public RawValue Pipeline()
    {
        var unpack = new RawWriter().Append("timeField", TimeField);
        if (MetaField is not null) unpack.Append("metaField", MetaField);
        unpack.Append("bucketMaxSpanSeconds", (int)MaxSpanSeconds);
        return RawWriter.Array([RawValue.Document(new RawWriter().Append(UnpackBucketStage.Name, RawValue.Document(unpack.ToDocument())).ToDocument())]);
    }

    private static void AppendSpans(RawWriter writer, RawValue given)
    {
        var (span, rounding) = (Values.Long(given["bucketMaxSpanSeconds"u8]), Values.Long(given["bucketRoundingSeconds"u8]));
        var granularity = Field(given, "granularity");
        if (granularity is null && (span is not null || rounding is not null))
        {
            if (span != rounding || span <= 0) throw Invalid("Timeseries 'bucketMaxSpanSeconds' and 'bucketRoundingSeconds' must be equal and greater than 0");
            writer.Append("bucketRoundingSeconds", (int)rounding!).Append("bucketMaxSpanSeconds", (int)span!);
            return;
        }
        granularity ??= DefaultGranularity;
        if ((span ?? MaxSpanOf(granularity)) != MaxSpanOf(granularity) || (rounding ?? RoundingOf(granularity)) != RoundingOf(granularity))
            throw Invalid($"Timeseries 'bucketMaxSpanSeconds' is not configurable to a value other than the default of {MaxSpanOf(granularity)} for the provided granularity");
        writer.Append("granularity", granularity).Append("bucketMaxSpanSeconds", (int)MaxSpanOf(granularity));
    }

    private static string? Field(RawValue given, string name)
    {
        var value = given[name];
        if (value.IsMissing) return null;
        return value.Type == BsonType.String ? value.Text : throw new CommandException(14, "TypeMismatch", $"BSON field 'timeseries.{name}' is the wrong type, expected type 'string'");
    }

    private static long MaxSpanOf(string granularity) => granularity switch
    {
        "seconds" => 60 * 60,
        "minutes" => 24 * 60 * 60,
        "hours" => 30 * 24 * 60 * 60,
        _ => throw new CommandException(2, "BadValue", $"Enumeration value '{granularity}' for field 'timeseries.granularity' is not a valid value."),
    };

    private static long RoundingOf(string granularity) => granularity switch
    {
        "minutes" => 60 * 60,
        "hours" => 24 * 60 * 60,
        _ => 60,
    };

    private static CommandException Invalid(string message) => new(72, "InvalidOptions", message);
}
