using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Builds the commands that give a time series, once it is created, what its creation leaves out.</summary>
internal static class TimeseriesCommands
{
    private const string MixedSchema = "timeseriesBucketsMayHaveMixedSchemaData";

    /// <summary>The mark that buckets may hold measurements of one field in several types, as servers before 5.2 wrote them.</summary>
    public static ReadOnlySpan<byte> MixedSchemaUtf8 => "timeseriesBucketsMayHaveMixedSchemaData"u8;

    /// <summary>
    /// Whether a server refused a bucket for its mixed schema. No server lists the mark, so that a copy gets it when the first such bucket comes;
    /// the message names the option.
    /// </summary>
    public static bool LacksMixedSchema(CollectionType type, WriteReply.Error error) =>
        type == CollectionType.Timeseries && error.Message.Contains(MixedSchema, StringComparison.Ordinal);

    /// <summary>Has the time series take buckets of mixed schemas.</summary>
    public static RawBsonDocument AllowMixedSchema(Namespace series)
    {
        using var command = new RawBsonBuilder();
        return Majority(command.Add("collMod", series.Collection).Add(MixedSchema, true));
    }

    /// <summary>Has the time series delete by age as its options say; null when it does not.</summary>
    public static RawBsonDocument? Expire(CollectionSpec series)
    {
        if (!RawBson.TryFind(series.Options.Bytes().Span, "expireAfterSeconds"u8, out var after)) return null;
        using var command = new RawBsonBuilder();
        return Majority(command.Add("collMod", series.Namespace.Collection).Element(after.Whole));
    }

    /// <summary>Drops an index by its name.</summary>
    public static RawBsonDocument DropIndex(Namespace ns, string name)
    {
        using var command = new RawBsonBuilder();
        return Majority(command.Add("dropIndexes", ns.Collection).Add("index", name));
    }

    private static RawBsonDocument Majority(RawBsonBuilder command) => command.BeginDocument("writeConcern").Add("w", "majority").End().ToDocument();
}
