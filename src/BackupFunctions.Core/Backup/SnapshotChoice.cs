using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Backup;

/// <summary>
/// Decides whether a full backup reads everything as of one cluster time. It does where the server keeps old versions of documents for longer than
/// the backup is expected to take; capped collections have none. Reading them anyway is found out by the dump, which then reads what is there.
/// </summary>
internal static class SnapshotChoice
{
    /// <summary>
    /// The first major version that knows of each cluster time which collections there were. Before it, a read as of a time gives nothing, and no error, of a collection that was renamed or
    /// dropped since (multiversion catalogue, featureFlagPointInTimeCatalogLookups).
    /// </summary>
    public const int FirstMajor = 7;

    private const int Listings = 3;

    // a guess for the first backup, and for those too small to tell
    private const long BytesPerSecond = 30L << 20, TellingBytes = 256L << 20;

    // the window is the server's promise, but the estimate is none
    private const double UsableShare = 0.6;

    private const int DefaultWindowSeconds = 300;

    /// <summary>
    /// The cluster time to read at, and the collections as they are at it: the catalogue is in no snapshot, so it is listed before the time is chosen
    /// and again after, until both are the same. Null where the documents are read as they are.
    /// </summary>
    public static async Task<(IReadOnlyList<CollectionSpec> Listed, Optime? Snapshot)> Choose(
        MongoConnection connection, Topology topology, NamespaceFilter filter, IReadOnlyList<CollectionSpec> listed, OplogMark start, BackupEntry? latest, CancellationToken cancellationToken)
    {
        if (topology.Version.Major < FirstMajor || !await IsQuickEnough(connection, listed.Sum(c => c.Bytes), latest, cancellationToken)) return (listed, null);
        for (var listing = 0; listing < Listings; listing++)
        {
            if (listed.Any(c => c.IsCapped)) break;
            var newest = await OplogPosition.Newest(connection, cancellationToken);
            var again = await CollectionLister.List(connection, filter, cancellationToken);
            if (newest >= start.Optime && Same(listed, again)) return (again, newest);
            listed = again;
        }
        return (listed, null);
    }

    private static bool Same(IReadOnlyList<CollectionSpec> one, IReadOnlyList<CollectionSpec> other) =>
        one.Count == other.Count && one.Zip(other).All(p => p.First.Namespace == p.Second.Namespace && p.First.Uuid == p.Second.Uuid && SpecComparer.Compare(p.First, p.Second).Count == 0);

    private static async Task<bool> IsQuickEnough(MongoConnection connection, long bytes, BackupEntry? latest, CancellationToken cancellationToken)
    {
        var seconds = latest is { Bytes: >= TellingBytes } ? Math.Max((latest.Completed - latest.Started).TotalSeconds, 1) : 0;
        var rate = seconds > 0 ? latest!.Bytes / seconds : BytesPerSecond;
        return bytes / rate < await Window(connection, cancellationToken) * UsableShare;
    }

    private static async Task<double> Window(MongoConnection connection, CancellationToken cancellationToken)
    {
        const string Parameter = "minSnapshotHistoryWindowInSeconds";
        try
        {
            var reply = await connection.Run("admin", new BsonDocument { { "getParameter", 1 }, { Parameter, 1 } }, cancellationToken);
            return reply.TryGetValue(Parameter, out var window) ? window.ToDouble() : DefaultWindowSeconds;
        }
        catch (MongoCommandException)
        {
            // not allowed to ask, or not known
            return DefaultWindowSeconds;
        }
    }
}
