using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Diagnosis;

/// <summary>
/// Looks for what would make a backup fail, and goes on to the next check after one that failed. Of what it tries out nothing stays but a block of 32 bytes
/// on each node, which is pinned by nothing.
/// </summary>
public static class Doctor
{
    private const string NoHint = "run with --log-level debug, which logs more about it";

    /// <summary>All findings, in the order of the checks.</summary>
    /// <param name="engine">What is examined.</param>
    /// <param name="ambient">The surroundings that the engine was made with.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    public static async Task<IReadOnlyList<Finding>> Examine(BackupEngine engine, EngineAmbient ambient, CancellationToken cancellationToken) =>
    [
        .. engine.Options.Warnings.Select(w => new Finding("settings", Severity.Warning, w, "`backupfn config` shows every setting and where it comes from")),
        .. await Check("mongodb", () => new ServerChecks(ambient.Time).Run(engine, cancellationToken)),
        .. await Check("catalogue", () => Catalogue(engine, cancellationToken)),
        .. await Check("key", () => Key(engine, cancellationToken)),
        .. await Check("node 1", () => Node("node 1", engine.Nodes[0], engine, ambient, cancellationToken)),
        .. await Check("node 2", () => Node("node 2", engine.Nodes[1], engine, ambient, cancellationToken)),
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

    private static async Task<IReadOnlyList<Finding>> Catalogue(BackupEngine engine, CancellationToken cancellationToken)
    {
        if (engine.Catalog is MongoCatalog mongo && await AccountRights.CheckCatalogue(await mongo.Connect(cancellationToken), mongo.Database, cancellationToken) is { Count: > 0 } missing) return missing;
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

    private static async Task<IReadOnlyList<Finding>> Node(string check, IIpfsNode node, BackupEngine engine, EngineAmbient ambient, CancellationToken cancellationToken)
    {
        var findings = await NodeChecks.Run(check, node, ambient.Random, cancellationToken);
        return await Lacking(node, engine, cancellationToken) is not (> 0 and var lacking) ? findings
            : [.. findings, new(check, Severity.Warning, $"it is another node than the one that holds {lacking} backups", "if its volume is not mounted, mount it; if it is new on purpose, `backupfn resume` brings them to it")];
    }

    private static async Task<int> Lacking(IIpfsNode node, BackupEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            if (await engine.Catalog.ReadHead(cancellationToken) is null) return 0;
            return (await engine.Manifest.Load(cancellationToken)).LackedBy((await node.Identify(cancellationToken)).Id);
        }
        catch (BackupException)
        {
            // told by the checks of the catalogue and the key
            return 0;
        }
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
        return [await staging.FreeBytes(cancellationToken) is { } free ? Finding.Space("staging", free, place) : new("staging", Severity.Ok, $"{place} can be written")];
    }
}
