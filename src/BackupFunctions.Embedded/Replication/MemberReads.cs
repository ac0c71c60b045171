using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>Chooses the state that a command of one member's client reads, by its read concern.</summary>
internal sealed class MemberReads(Store store, Member member)
{
    /// <summary>
    /// Sets the command's catalog, and for a snapshot its cluster time; waits until the member has what the client has seen. Errors: 50 when
    /// <c>maxTimeMS</c> is up, 239 for a snapshot that is too old, 246 for a collection that cannot be read at it.
    /// </summary>
    public async ValueTask Prepare(CommandContext context)
    {
        var concern = ReadConcern.Of(context);
        if ((concern.At ?? concern.After) is { } wanted) await Reach(wanted, concern.IsCommitted, context);
        var state = concern.IsCommitted ? member.Committed : member.Applied;
        if (concern.IsSnapshot && !context.Body.Contains("autocommit"))
        {
            if (concern.At is { } at) state = Past(state, at);
            context.Snapshot = concern.At ?? state.Optime;
        }
        context.Catalog = member.Visible(state);
        context.OperationTime = context.Snapshot ?? state.Optime;
        if (context.Snapshot is { } time && context.Body.GetElement(0).Value is BsonString name)
            CheckReadable(context.Catalog, new Namespace(context.Database, name.Value), time, depth: 0);
    }

    /// <summary>The catalog that the same command would read now.</summary>
    public Catalog Current(CommandContext context) =>
        member.Visible(ReadConcern.Of(context).IsCommitted ? member.Committed : member.Applied);

    /// <summary>Error 239 when a snapshot has fallen out of the history.</summary>
    public void CheckAge(BsonTimestamp snapshot)
    {
        var (holding, _) = store.History.Around(snapshot);
        if (snapshot.Value == member.Committed.Optime.Value) return;
        if (holding is null || snapshot.Timestamp < member.Set.Committed.Optime.Timestamp - store.History.WindowSeconds)
            throw TooOld(snapshot);
    }

    private async ValueTask Reach(BsonTimestamp wanted, bool committed, CommandContext context)
    {
        var now = store.ClusterTime;
        if ((ulong)wanted.Value > (ulong)now.Value)
        {
            throw ReadConcern.Invalid(
                $"readConcern afterClusterTime value must not be greater than the current clusterTime. Requested clusterTime: {Text(wanted)}; current clusterTime: {Text(now)}");
        }
        // A rollback may have taken the entry itself away: the newest one stands for it then.
        bool Has() => (committed ? member.Committed : member.Applied).Optime.Value >= Math.Min(wanted.Value, store.LastOptime.Value);
        var limit = context.Body.GetValue("maxTimeMS", 0).ToInt64();
        var reached = await member.Set.Changed.Until(Has, limit > 0 ? TimeSpan.FromMilliseconds(limit) : null, context.Cancellation);
        if (!reached) throw new CommandException(50, "MaxTimeMSExpired", "operation exceeded time limit");
    }

    private StoreState Past(StoreState committed, BsonTimestamp at)
    {
        if (at.Value >= committed.Optime.Value) return committed;
        CheckAge(at);
        return store.StateAt(at) ?? throw TooOld(at);
    }

    private void CheckReadable(Catalog snapshot, Namespace ns, BsonTimestamp time, int depth)
    {
        var (then, now) = (snapshot.Find(ns), member.Applied.Catalog.Find(ns));
        if (then is Collection { Options.Capped: true })
            throw Unavailable($"Reading from non-clustered capped collections with readConcern snapshot is not supported: {ns}");
        if (!Same(then, now))
        {
            throw Unavailable(
                $"Unable to read from a snapshot due to pending collection catalog changes; please retry the operation. Snapshot timestamp is {Text(time)}. Collection: {ns}");
        }
        if (then is View view && depth < 20) CheckReadable(snapshot, view.On, time, depth + 1);
    }

    private static bool Same(CatalogEntry? then, CatalogEntry? now) => (then, now) switch
    {
        (null, null) => true,
        (View a, View b) => a.On == b.On && a.Pipeline.Span.SequenceEqual(b.Pipeline.Span),
        (Collection a, Collection b) => a.Options.Uuid == b.Options.Uuid && a.Options.Document.Span.SequenceEqual(b.Options.Document.Span)
            && a.Indexes.Select(i => Convert.ToHexString(i.Spec.Span)).SequenceEqual(b.Indexes.Select(i => Convert.ToHexString(i.Spec.Span))),
        _ => false,
    };

    private static CommandException TooOld(BsonTimestamp time) =>
        new(239, "SnapshotTooOld", $"Read timestamp {Text(time)} is older than the oldest available timestamp.");

    private static CommandException Unavailable(string message) => new(246, "SnapshotUnavailable", message);

    private static string Text(BsonTimestamp time) => $"Timestamp({time.Timestamp}, {time.Increment})";
}
