using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Builds the <c>create</c> command that gives a collection or view back its options, byte for byte and in order.</summary>
public static class CreateCommand
{
    // {v: 2, key: {_id: 1}, name: "_id_"}: what a server makes of itself
    private static readonly byte[] DefaultIdIndex = BuildDefaultIdIndex();

    /// <summary>
    /// The command for <see cref="CollectionSpec.Namespace"/>. Left out of the options: <c>autoIndexId</c>, which servers refuse,
    /// <c>recordIdsReplicated</c>, which is the server's own choice, <c>temp</c>, which servers refuse to clients, and <c>create</c>, which old servers listed
    /// among the options. Of a time series, too, what <c>collMod</c> gives it afterwards: the expiry, which would delete buckets while they are written, and
    /// the mark of mixed schemas.
    /// </summary>
    public static RawBsonDocument Build(CollectionSpec spec)
    {
        using var command = new RawBsonBuilder();
        command.Add("create", spec.Namespace.Collection);
        foreach (var option in new RawElements(spec.Options.Bytes().Span))
        {
            if (!IsLeftOut(spec, option.Name)) command.Element(option.Whole);
        }
        if (spec.Type == CollectionType.Collection && IdIndex(spec) is { } idIndex) command.Add("idIndex", idIndex);
        return command.BeginDocument("writeConcern").Add("w", "majority").End().ToDocument();
    }

    private static bool IsLeftOut(CollectionSpec spec, ReadOnlySpan<byte> name) =>
        name.SequenceEqual("autoIndexId"u8) || name.SequenceEqual("recordIdsReplicated"u8) || name.SequenceEqual("temp"u8) || name.SequenceEqual("create"u8)
        || (spec.Type == CollectionType.Timeseries && (name.SequenceEqual("expireAfterSeconds"u8) || name.SequenceEqual(TimeseriesCommands.MixedSchemaUtf8)));

    // an _id index can be described at creation only, by these four fields
    private static byte[]? IdIndex(CollectionSpec spec)
    {
        if (spec.IsClustered || spec.Indexes.FirstOrDefault(IndexSpec.IsIdIndex) is not { } index) return null;
        using var kept = new RawBsonBuilder();
        foreach (var field in new RawElements(index.Bytes().Span))
        {
            if (field.Name.SequenceEqual("v"u8) || field.Name.SequenceEqual("key"u8) || field.Name.SequenceEqual("name"u8) || field.Name.SequenceEqual("collation"u8))
                kept.Element(field.Whole);
        }
        return kept.Finish().Span.SequenceEqual(DefaultIdIndex) ? null : kept.ToArray();
    }

    private static byte[] BuildDefaultIdIndex()
    {
        using var builder = new RawBsonBuilder();
        return builder.Add("v", 2).BeginDocument("key").Add("_id", 1).End().Add("name", "_id_").ToArray();
    }
}
