using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Diagnosis;

/// <summary>How a check ended.</summary>
public enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, and is less safe than it should be.</summary>
    Warning,

    /// <summary>A backup would fail.</summary>
    Failed,
}

/// <summary>One check: what was looked at, how it ended, and what to do.</summary>
public sealed record Finding(string Check, Severity Severity, string Message, string? Hint = null);

/// <summary>Looks for what would make a backup fail. It leaves nothing behind, and goes on to the next check after one that failed.</summary>
public static class Doctor
{
    private const long LittleSpace = 1L << 30;
    private const string NoHint = "run with --log-level debug, which logs more about it";

    /// <summary>All findings, in the order of the checks.</summary>
    public static async Task<IReadOnlyList<Finding>> Examine(BackupEngine engine, IFiles files, CancellationToken cancellationToken) =>
    [
        .. await Check("mongodb", () => MongoDb(engine, cancellationToken)),
        .. await Check("catalogue", () => Catalogue(engine, cancellationToken)),
        .. await Check("key", () => Key(engine, cancellationToken)),
        .. await Check("node 1", () => Node(engine, 0, files, cancellationToken)),
        .. await Check("node 2", () => Node(engine, 1, files, cancellationToken)),
        .. await Check("staging", () => Staging(engine, cancellationToken)),
    ];

    private static async Task<IReadOnlyList<Finding>> Check(string check, Func<Task<IReadOnlyList<Finding>>> examine)
    {
        try
        {
            return await examine();
        }
        catch (BackupException e)
        {
            return [new(check, Severity.Failed, ErrorText.Of(e), e.Hint ?? NoHint)];
        }
        catch (Exception e) when (e is MongoDB.Driver.MongoException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            return [new(check, Severity.Failed, ErrorText.Of(e), NoHint)];
        }
    }

    private static async Task<IReadOnlyList<Finding>> MongoDb(BackupEngine engine, CancellationToken cancellationToken)
    {
        var connection = await engine.Source.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        var findings = new List<Finding> { new("mongodb", Severity.Ok, $"{connection.Name}: MongoDB {topology.Version}, {Describe(topology)}") };
        var collections = await CollectionLister.List(connection, engine.Filter, cancellationToken);
        findings.Add(new("rights", Severity.Ok, $"{collections.Count} collections and views can be listed"));
        findings.AddRange(collections.Select(c => c.Warning).OfType<string>().Select(w => new Finding("collections", Severity.Warning, w)));
        var optime = await OplogPosition.Newest(connection, cancellationToken);
        findings.Add(optime is null
            ? new("oplog", Severity.Warning, topology.Warning ?? "the oplog cannot be read", "run a replica set, and give the account the role backup")
            : new("oplog", Severity.Ok, $"readable, newest entry at {optime.Time:yyyy-MM-dd HH:mm:ss} UTC"));
        return findings;
    }

    private static string Describe(Topology topology) =>
        topology.Kind == DeploymentKind.ReplicaSet ? $"replica set {topology.SetName}, {topology.Members.Count} members" : "a standalone server";

    private static async Task<IReadOnlyList<Finding>> Catalogue(BackupEngine engine, CancellationToken cancellationToken)
    {
        var head = await engine.Catalog.ReadHead(cancellationToken);
        return [new("catalogue", Severity.Ok, head is null ? $"{engine.Catalog.Name}: empty, the first backup starts a repository" : $"{engine.Catalog.Name}: repository {head.Repository}, revision {head.Revision}")];
    }

    private static async Task<IReadOnlyList<Finding>> Key(BackupEngine engine, CancellationToken cancellationToken)
    {
        using var secret = await engine.Keys.Read(cancellationToken);
        if (await engine.Catalog.ReadHead(cancellationToken) is not { } head) return [new("key", Severity.Ok, $"{engine.Keys.Name}: readable, not used yet")];
        head.Keyring.Unlock(secret).Dispose();
        return [new("key", Severity.Ok, $"{engine.Keys.Name}: opens repository {head.Repository}")];
    }

    private static async Task<IReadOnlyList<Finding>> Node(BackupEngine engine, int index, IFiles files, CancellationToken cancellationToken)
    {
        var node = engine.Nodes[index];
        var identity = await node.Identify(cancellationToken);
        var setting = engine.Options.Nodes[index];
        var check = $"node {index + 1}";
        var finding = new Finding(check, Severity.Ok, $"{node.Name}: {identity.Agent}, {identity.Id}");
        return setting.Kind == Configuration.NodeKind.Vault ? [finding, Space(check, files.FreeBytes(setting.Directory), setting.Directory)] : [finding];
    }

    private static async Task<IReadOnlyList<Finding>> Staging(BackupEngine engine, CancellationToken cancellationToken)
    {
        const string Probe = "doctor";
        var staging = engine.Staging;
        await using (var writer = await staging.Create(Probe, Probe, cancellationToken))
        {
            writer.Stream.WriteByte(0);
            await writer.Commit(cancellationToken);
        }
        await staging.Delete(Probe, cancellationToken);
        var place = $"{engine.Options.Staging}";
        return [await staging.FreeBytes(cancellationToken) is { } free ? Space("staging", free, place) : new("staging", Severity.Ok, $"{place} can be written")];
    }

    private static Finding Space(string check, long free, string place)
    {
        var text = $"{free / (1024 * 1024):N0} MiB free at {place}";
        return free < LittleSpace ? new(check, Severity.Warning, text, "a backup needs room for what is new, compressed") : new(check, Severity.Ok, text);
    }
}
