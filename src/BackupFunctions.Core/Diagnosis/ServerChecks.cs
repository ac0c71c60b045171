using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Telemetry;
using MongoDB.Bson;

namespace BackupFunctions.Diagnosis;

/// <summary>What a backup asks of the server: the deployment, the account's rights, the oplog and how long it reaches back, reads of one moment, the clock.</summary>
internal sealed class ServerChecks(TimeProvider time)
{
    // schedules, leases of locks and retention are told by clocks
    private static readonly TimeSpan TolerableSkew = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<Finding>> Run(BackupEngine engine, CancellationToken cancellationToken)
    {
        var connection = await engine.Source.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        var collections = await CollectionLister.List(connection, engine.Filter, cancellationToken);
        return
        [
            new("mongodb", Severity.Ok, $"{connection.Name}: MongoDB {topology.Version}, {Describe(topology)}"),
            .. Members(topology),
            .. await AccountRights.Check(connection, collections.Count, cancellationToken),
            .. collections.Select(c => c.Warning).OfType<string>().Select(w => new Finding("collections", Severity.Warning, w, "keep its keys where they outlive the server, and restore all collections of the set together")),
            .. Oplog(topology, await OplogReach.Read(connection, cancellationToken), engine.Options.Watch.Incremental?.LongestPause(time.GetUtcNow())),
            Snapshots(topology, collections),
            await Clock(connection, cancellationToken),
        ];
    }

    /// <summary>Whether the oplog can be read, and reaches back over the pauses between incremental backups (null: none are scheduled), one of which may fail.</summary>
    public static IReadOnlyList<Finding> Oplog(Topology topology, OplogReach? oplog, TimeSpan? longestPause)
    {
        const string Check = "oplog", Larger = "make the oplog larger (replSetResizeOplog, storage.oplogMinRetentionHours), or back up more often (INCREMENTAL_BACKUP_SCHEDULE)";
        if (oplog is null) return [new(Check, Severity.Warning, topology.Warning ?? "the oplog cannot be read", "run a replica set, and give the account the role backup")];
        var readable = new Finding(Check, Severity.Ok, $"readable, newest entry at {Human.Time(oplog.Newest)}");
        if (longestPause is not { } pause) return [readable];
        if (!oplog.IsTelling) return [readable, new(Check, Severity.Ok, "too young to tell how far it will reach back when it is full")];
        var text = $"reaches back {Human.Duration(oplog.Window)} when it is full; incremental backups are up to {Human.Duration(pause)} apart";
        return
        [
            readable,
            oplog.Window >= 2 * pause ? new(Check, Severity.Ok, text)
            : oplog.Window >= pause ? new(Check, Severity.Warning, $"{text}: one that fails leaves a gap", Larger)
            : new(Check, Severity.Warning, $"{text}: each leaves a gap", Larger),
        ];
    }

    /// <summary>The deployment in a few words.</summary>
    public static string Describe(Topology topology) =>
        topology.Kind == DeploymentKind.ReplicaSet ? $"replica set {topology.SetName}, {topology.Members.Count} {(topology.Members.Count == 1 ? "member" : "members")}" : "a standalone server";

    /// <summary>A finding for each member that neither replicates nor only votes; none where the account may not ask.</summary>
    public static IEnumerable<Finding> Members(Topology topology) =>
        from member in topology.Members
        where member.State is not (null or "PRIMARY" or "SECONDARY" or "ARBITER")
        select new Finding("members", Severity.Warning, $"{member.Host} is {member.State}", "a write is backed up only when a majority of the members has it");

    /// <summary>Whether a full backup can read all collections as of one moment, and what prevents it.</summary>
    public static Finding Snapshots(Topology topology, IReadOnlyList<CollectionSpec> collections)
    {
        const string Check = "snapshot";
        if (topology.Kind != DeploymentKind.ReplicaSet || topology.Version.Major < SnapshotChoice.FirstMajor)
            return new(Check, Severity.Ok, "not supported by this deployment: a full backup is made whole by the oplog that is written meanwhile");
        return collections.FirstOrDefault(c => c.IsCapped) is { } capped
            ? new(Check, Severity.Ok, $"not used, because {capped.Namespace} is capped: a full backup is made whole by the oplog that is written meanwhile")
            : new(Check, Severity.Ok, "a full backup that is quick enough reads everything as of one moment");
    }

    private async Task<Finding> Clock(MongoConnection connection, CancellationToken cancellationToken)
    {
        const string Check = "clock";
        var before = time.GetUtcNow();
        var hello = await connection.Run("admin", new BsonDocument("hello", 1), cancellationToken);
        // how long the question took may all be on one way
        var halfTrip = (time.GetUtcNow() - before) / 2;
        var ahead = hello["localTime"].ToUniversalTime() - (before + halfTrip).UtcDateTime;
        return ahead.Duration() - halfTrip > TolerableSkew
            ? new(Check, Severity.Warning, $"the server's clock is {Human.Duration(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's", "set both by NTP: schedules, locks and retention go by them")
            : new(Check, Severity.Ok, "the server's clock and this machine's agree");
    }
}
