using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Recovery;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Simulation.Years.Hosts;
using BackupFunctions.Simulation.Years.Nodes;
using BackupFunctions.Simulation.Years.Source;
using BackupFunctions.Staging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Simulation.Years.Checks;

/// <summary>
/// Somebody who reads with the engine and writes nothing: opens backups, and restores them to a server, where what comes out is compared, byte by byte, with what the source held.
/// </summary>
internal sealed class Observer : IDisposable
{
    private readonly IReadOnlyList<WatchedNode> _nodes;
    private readonly SourceHistory _source;
    private readonly SimulatedClock _clock;
    private readonly BackupEngine _engine;

    public Observer(HostSettings settings, string root, string sourceUri, MemoryFiles files, IReadOnlyList<NodeDisk> disks, SourceHistory source, SimulatedClock clock)
    {
        (_source, _clock) = (source, clock);
        _nodes = [.. disks.Select(d => new WatchedNode(d))];
        var options = BackupOptions.Load(new SettingsSource(settings.ToEnvironment(root, sourceUri), new Dictionary<string, string>(), root, files), OptionsScope.Backup);
        _engine = new(options, new(clock, new SeededRandomSource(1), files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance)
        {
            Node = setting => _nodes[setting.SettingName == SettingNames.NodeUrl(1) ? 0 : 1],
        });
    }

    public Task<ManifestState> Manifest() => _engine.Manifest.Load(CancellationToken.None);

    public Task<Repository> Repository() => _engine.Session.Open(CancellationToken.None);

    public async Task<bool> HasRepository() => await _engine.Catalog.ReadHead(CancellationToken.None) is not null;

    public async Task<CatalogHead?> Head() => await _engine.Catalog.ReadHead(CancellationToken.None);

    /// <summary>Whole backups that wait in staging.</summary>
    public async Task<int> Waiting() => (await new StagedBackups(_engine.Staging, new StagedObjects(_engine.Staging, _engine.Session)).List(CancellationToken.None)).Whole.Count;

    /// <summary>
    /// Reads every block of a backup, verifies, decrypts and decompresses it, and compares: of a full one the documents, of a slice its oplog entries. Sentences say what is wrong.
    /// </summary>
    public async Task<IReadOnlyList<string>> Compare(BackupEntry backup)
    {
        using var opened = await _engine.Open(backup.Root, CancellationToken.None);
        if (opened.Index.Backup != backup.Id) return [$"root {backup.Root} of backup {backup.Id} is of backup {opened.Index.Backup}"];
        if (backup.Type == BackupType.Incremental)
        {
            var entries = await Documents(opened, opened.Index.Oplog!.Files);
            var expected = _source.Entries(backup.Oplog!.After.Optime, backup.Oplog.Through.Optime).ToList();
            return entries.Count == expected.Count && entries.Zip(expected).All(p => p.First.Span.SequenceEqual(p.Second.Raw)) ? []
                : [$"slice {backup.Id} holds {entries.Count} oplog entries, which are not the {expected.Count} of the source between {backup.Oplog.After} and {backup.Oplog.Through}"];
        }
        // without a snapshot it is whole only with its oplog, which a restore replays
        if (opened.Index.Snapshot is not { } snapshot) return [];
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var collection in opened.Index.Collections.Where(c => c.Database == SourceHistory.Database))
        {
            found.Add(collection.Name, []);
            foreach (var document in await Documents(opened, collection.Files))
                found.Add($"{collection.Name} {MongoDB.Bson.Serialization.BsonSerializer.Deserialize<MongoDB.Bson.BsonDocument>(document.ToArray())["_id"].AsInt32:D2}", document.ToArray());
        }
        return [.. SourceDifferences.Between(_source.At(snapshot), found).Select(d => $"backup {backup.Id} of {snapshot}: {d}")];
    }

    /// <summary>Restores to a time by the manifest, or a full backup by its id to its first whole moment, reading from all nodes or from one alone, and compares.</summary>
    public async Task<IReadOnlyList<string>> Restore(RestoreTarget target, string backup, Optime at, bool isPoint, int? onlyNode)
    {
        for (var node = 0; node < _nodes.Count; node++) _nodes[node].IsHidden = onlyNode is { } only && only != node;
        try
        {
            var chosen = await _engine.Choose(new RestoreQuery(backup, isPoint ? RestorePoint.At(at) : null, []), CancellationToken.None);
            await _engine.Restore(new RestoreRequest(chosen.Root, [], [], Drop: false, Force: false) { Slices = chosen.Slices, Through = chosen.Through }, target.Endpoint, null, CancellationToken.None);
            return SourceDifferences.Between(_source.At(at), await target.Read());
        }
        finally
        {
            foreach (var node in _nodes) node.IsHidden = false;
            await target.Clear();
        }
    }

    /// <summary>What a recovery finds that has nothing but one node and the key.</summary>
    public Task<RecoveryResult> RecoverFrom(int node) => RecoverFrom([_nodes[node]], _engine.Keys);

    /// <summary>What a recovery finds with a key.</summary>
    public Task<RecoveryResult> RecoverWith(IKeySource keys) => RecoverFrom(_nodes, keys);

    public IKeySource Keys => _engine.Keys;

    public void Dispose() => _engine.Dispose();

    private Task<RecoveryResult> RecoverFrom(IReadOnlyList<WatchedNode> nodes, IKeySource keys) =>
        new CatalogRecovery(null, keys, nodes, new DirectoryStaging("/none", new MemoryFiles()), new SeededRandomSource(2), _clock).Run(new(DryRun: true), CancellationToken.None);

    private static async Task<List<ReadOnlyMemory<byte>>> Documents(OpenedBackup opened, IReadOnlyList<IndexedFile> files)
    {
        var documents = new List<ReadOnlyMemory<byte>>();
        foreach (var file in files)
        {
            var assembler = new DocumentAssembler();
            await foreach (var stretch in opened.ReadFile(file, CancellationToken.None)) documents.AddRange(assembler.Add(stretch));
            assembler.Finish();
        }
        return documents;
    }
}
