using BackupFunctions.Standalone.Demo.Comparison;
using BackupFunctions.Standalone.Demo.Data;
using BackupFunctions.Standalone.Demo.Story;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Standalone.Demo;

/// <summary>One run of the demo, step by step. Nothing is dropped before both nodes hold a verified backup of every document of the data set.</summary>
internal sealed class DemoRun(IDemoParts parts, DemoSteps steps, DemoRequest request)
{
    /// <summary>
    /// Takes all steps; gives every difference between what was restored and what was there before. Where there is none and all is kept, <paramref name="goOn"/> runs while the server and the nodes
    /// still do.
    /// </summary>
    public async Task<IReadOnlyList<string>> Execute(DemoWorkspace workspace, Func<DemoSetup, Task> goOn, CancellationToken cancellationToken)
    {
        if (workspace.Keep) steps.Note($"Kept in {workspace.Directory}: {(request.Ipfs ? "the data of both nodes, " : request.NodeUrls.Count == 0 ? "both vaults, " : "")}the catalogue and the key that opens the backups.");
        await using var server = await steps.Take(DemoStep.Server, () => StartServer(cancellationToken));
        using var databases = server.Databases;
        var before = await steps.Take(DemoStep.Data, () => Fill(databases, cancellationToken));
        await using var opened = await steps.Take(DemoStep.Nodes, () => OpenEngine(server.Uri, workspace, cancellationToken));
        var engine = opened.Engine;
        var backup = await steps.Take(DemoStep.Backup, () => Backup(engine, before, cancellationToken));
        if (backup.ConsistentAt is null) steps.Note($"{databases.Address} is a standalone server and keeps no oplog: the demo left out incremental backups.");
        else if (await new PointInTimeRun(steps, databases, engine).Execute(request.NodeUrls.Count > 0, cancellationToken) is { Count: > 0 } wrong) return wrong;
        await steps.Take(DemoStep.Drop, () => Drop(databases, cancellationToken));
        var restore = await steps.Take(DemoStep.Restore, () => Restore(engine, backup.Root, cancellationToken));
        var differences = await steps.Take(DemoStep.Compare, () => Compare(databases, before, restore, cancellationToken));
        if (request.MongoUri is not null && !request.Keep && differences.Count == 0)
        {
            await databases.Drop(cancellationToken);
            steps.Note($"The demo's databases on {databases.Address} were dropped again; --keep leaves them there.");
        }
        if (request.Keep && differences.Count == 0) await goOn(opened.Setup);
        return differences;
    }

    private async Task<(DemoConnection, IReadOnlyList<DemoFact>)> StartServer(CancellationToken cancellationToken)
    {
        var embedded = request.MongoUri is null ? await parts.StartServer(cancellationToken) : null;
        try
        {
            var uri = request.MongoUri ?? embedded!.ConnectionString;
            var connection = new DemoConnection(uri, embedded, parts.Connect(uri));
            return (connection, [DemoFact.Of("server", embedded is null ? "server" : "embedded", connection.Databases.Address)]);
        }
        catch
        {
            if (embedded is not null) await embedded.DisposeAsync();
            throw;
        }
    }

    private async Task<(DataFingerprint, IReadOnlyList<DemoFact>)> Fill(IDemoDatabases databases, CancellationToken cancellationToken)
    {
        var foreign = await databases.Foreign(cancellationToken);
        if (foreign.Count > 0) throw DemoMarker.Refuse(foreign);
        var written = await steps.Watch(report => databases.Write(new DocumentsWritten(report), cancellationToken));
        var before = await databases.Fingerprint(cancellationToken);
        return (before,
        [
            DemoFact.Count("databases", "databases", written.Databases), DemoFact.Count("collections", "collections", written.Collections),
            DemoFact.Count("views", "views", written.Views), DemoFact.Count("indexes", "indexes", written.Indexes),
            DemoFact.Count("documents", "documents", before.Documents), DemoFact.Size("bytes", "bson", before.Bytes),
        ]);
    }

    private async Task<(DemoNodes, IReadOnlyList<DemoFact>)> OpenEngine(string uri, DemoWorkspace workspace, CancellationToken cancellationToken)
    {
        var started = request.Ipfs ? await parts.StartNodes(Path.Combine(workspace.Directory, "ipfs"), cancellationToken) : null;
        try
        {
            var nodes = started?.Urls ?? (request.NodeUrls.Count == 0 ? workspace.Vaults : request.NodeUrls);
            steps.Summary = steps.Summary with { NodeKind = KindOf(nodes) };
            var setup = new DemoSetup(uri, nodes, workspace.KeyFile, DemoData.IncludePatterns, workspace.Directory);
            var engine = await parts.OpenEngine(setup, cancellationToken);
            return (new(engine, setup, started), [DemoFact.Of("node_1", "node 1", Shown(nodes[0])), DemoFact.Of("node_2", "node 2", Shown(nodes[1])), DemoFact.Of("key_file", "key", workspace.KeyFile)]);
        }
        catch
        {
            if (started is not null) await started.DisposeAsync();
            throw;
        }
    }

    private async Task<(DemoBackup, IReadOnlyList<DemoFact>)> Backup(IDemoEngine engine, DataFingerprint before, CancellationToken cancellationToken)
    {
        var backup = await steps.Watch(report => engine.Backup(report, cancellationToken));
        var verified = backup.Nodes.Count(n => n.Fault is null);
        steps.Summary = steps.Summary with { Documents = backup.Documents, Bytes = backup.Bytes, StoredBytes = backup.StoredBytes, Nodes = verified, Root = backup.Root };
        if (request.NodeUrls.Count > 0) steps.Note($"The backup stays pinned on your nodes: unpin {backup.Root} and the manifest when you no longer want it.");
        DemoNodeCopy.RequireTwo(backup.Nodes, $"backup {backup.Root}");
        if (backup.Documents < before.Documents)
            throw new BackupException(ErrorKind.Failed, $"check backup {backup.Root}: it holds {backup.Documents} of {before.Documents} documents", "nothing was dropped");
        return (backup,
        [
            DemoFact.Of("root", "root CID", backup.Root), DemoFact.Of("backup_id", "backup", backup.BackupId),
            .. backup.ConsistentAt is { } at ? new[] { DemoFact.At("consistent_at", "as of", at) } : [], DemoFact.Count("documents", "documents", backup.Documents),
            DemoFact.Size("bytes", "bson", backup.Bytes), DemoFact.Size("stored_bytes", "stored", backup.StoredBytes),
            .. backup.Nodes.Select((n, i) => new DemoFact($"verified_blocks_{i + 1}", $"node {i + 1}", n.VerifiedBlocks, $"{Human.Count(n.VerifiedBlocks)} blocks read back and hashed, {n.Node}")),
        ]);
    }

    private static async Task<(int, IReadOnlyList<DemoFact>)> Drop(IDemoDatabases databases, CancellationToken cancellationToken)
    {
        await databases.Drop(cancellationToken);
        var left = (await databases.Fingerprint(cancellationToken)).Collections.Count;
        if (left > 0) throw new BackupException(ErrorKind.Failed, $"drop the demo's databases: {left} collections are still there", "does something else write to them?");
        return (0, [DemoFact.Of("dropped", "dropped", string.Join(", ", DemoData.Databases))]);
    }

    private async Task<(DemoRestore, IReadOnlyList<DemoFact>)> Restore(IDemoEngine engine, string root, CancellationToken cancellationToken)
    {
        var restore = await steps.Watch(report => engine.Restore(root, report, cancellationToken));
        return (restore,
        [
            DemoFact.Count("collections", "collections", restore.Collections), DemoFact.Count("views", "views", restore.Views),
            DemoFact.Count("indexes", "indexes", restore.Indexes), DemoFact.Count("documents", "documents", restore.Documents), DemoFact.Size("bytes", "bson", restore.Bytes),
        ]);
    }

    private async Task<(IReadOnlyList<string>, IReadOnlyList<DemoFact>)> Compare(
        IDemoDatabases databases, DataFingerprint before, DemoRestore restore, CancellationToken cancellationToken)
    {
        var after = await databases.Fingerprint(cancellationToken);
        // two witnesses: the engine against its backup, and the hashes that were taken before it was started
        IReadOnlyList<string> differences = [.. restore.Differences, .. before.DifferencesTo(after)];
        steps.Summary = steps.Summary with { Mismatches = differences.Count };
        return (differences, after.Facts("mismatches", differences.Count));
    }

    private static string KindOf(IReadOnlyList<string> nodes)
    {
        var vaults = nodes.Count(n => n.StartsWith("file:", StringComparison.OrdinalIgnoreCase));
        return vaults == nodes.Count ? "vault" : vaults == 0 ? "rpc" : "mixed";
    }

    private static string Shown(string url) => new Uri(url).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Tells at once, in order, and on the caller's thread.</summary>
    private sealed class DocumentsWritten(Action<string, long, long> report) : IProgress<DemoDataProgress>
    {
        public void Report(DemoDataProgress value) => report("write documents", value.Documents, 0);
    }

    private sealed record DemoConnection(string Uri, IDemoServer? Embedded, IDemoDatabases Databases) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Embedded?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>The nodes end after the engine that asks them.</summary>
    private sealed record DemoNodes(IDemoEngine Engine, DemoSetup Setup, IDemoNodes? Started) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Engine.DisposeAsync();
            if (Started is not null) await Started.DisposeAsync();
        }
    }
}
