using BackupFunctions.Bson;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// Reads the commands on the buckets of a time series, which is all that the oplog has of it but a document in <c>system.views</c>. On the target they are
/// commands on the time series, of which the server makes the buckets.
/// </summary>
internal sealed class SeriesReplay(ReplayCatalogue catalogue, ReplayScope scope, CollectionChanges target, IndexReplay indexes)
{
    /// <summary>What the command does.</summary>
    public CommandChange Read(OplogOperation operation, Namespace buckets)
    {
        if (operation.CommandName == "create") return Create(operation, buckets);
        if (operation.CommandName == "drop") return Drop(buckets.Owner);
        if (catalogue.FindSeries(buckets) is null) return CommandChange.None;
        return operation.CommandName switch
        {
            "collMod" => CollMod(operation, buckets.Owner),
            "createIndexes" => indexes.Create(operation, buckets.Owner),
            "commitIndexBuild" => indexes.Commit(operation, buckets.Owner),
            "dropIndexes" or "deleteIndexes" => indexes.Drop(operation, buckets.Owner),
            _ => throw ReplayErrors.NewBase($"{buckets} was changed by {operation.CommandName}"),
        };
    }

    private CommandChange Create(OplogOperation operation, Namespace buckets)
    {
        if (LoggedCreate.ReadSeries(buckets, operation.O.Span) is not { } spec) return CommandChange.None;
        return new(ct => target.Create(spec with { Namespace = scope.Target(spec.Namespace) }, ct), () => catalogue.Create(spec));
    }

    private CommandChange Drop(Namespace series) => new(ct => target.Drop(scope.Target(series), ct), () => catalogue.Drop(series));

    // the expiry is set at the end: until then it would delete what is written
    private CommandChange CollMod(OplogOperation operation, Namespace series)
    {
        var fields = new OptionFields(operation.O.Span);
        fields.Remove("collMod"u8);
        fields.Remove("index"u8);
        var changes = fields.ToDocument();
        fields.Remove("expireAfterSeconds"u8);
        var now = fields.ToDocument();
        return new(fields.IsEmpty ? null : ct => target.Change("collMod", scope.Target(series), now, ct), () =>
        {
            var spec = catalogue.Touch(series);
            catalogue.SetOptions(series, LoggedOptions.ChangeSeries(spec.Options, changes));
            var index = RawBson.Nested(operation.O.Span, "index"u8);
            if (!index.IsEmpty) catalogue.SetIndexes(series, IndexFold.Modify(spec.Indexes, Listed(spec, index)));
        });
    }

    private static ReadOnlySpan<byte> Listed(CollectionSpec spec, ReadOnlySpan<byte> change)
    {
        var given = new MongoDB.Bson.RawBsonDocument(change.ToArray());
        return (SeriesIndex.WithKey(spec, given, "keyPattern"u8) ?? given).Bytes().Span;
    }
}
