using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Recovery;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;
using BackupFunctions.Staging;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Recovery;

/// <summary>A repository whose backups are real ones without any data, and what recovers it.</summary>
internal sealed class RecoveryRig : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private int _seed = 4000;

    public TestRepository Repository { get; } = new();

    public IStaging Staging => new DirectoryStaging(_directory.File("staging"), new DiskFiles());

    public string KitPath => _directory.File("kit/recovery-kit.json");

    public RepositoryId Id => Repository.Memory.Head!.Repository;

    public StoringNode First => Repository.First.Inner;

    public StoringNode Second => Repository.Second.Inner;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ManifestStore Manifest => Repository.Manifest();

    /// <summary>Recovers from these nodes, or from both.</summary>
    public Task<RecoveryResult> Recover(RecoveryRequest? request = null, string? key = null, ICatalog? catalog = null, params IReadOnlyList<IIpfsNode> nodes) =>
        new CatalogRecovery(catalog ?? Repository.Catalog, TestRepository.KeySource(key), nodes.Count > 0 ? nodes : Repository.Nodes, Staging, new SeededRandomSource(Interlocked.Increment(ref _seed)), Repository.Time)
            .Run(request ?? new(), Cancellation);

    /// <summary>Pins a backup on both nodes and records it.</summary>
    public async Task<BackupEntry> Record(int number, ManifestStore? manifest = null)
    {
        var entry = await Pin(number);
        await (manifest ?? Manifest).Append([new BackupRecorded(entry)], null, Cancellation);
        return entry;
    }

    /// <summary>Pins a backup on both nodes and tells nobody; a later one for a greater number.</summary>
    public async Task<BackupEntry> Pin(int number)
    {
        var repository = await Repository.Session().Open(Cancellation);
        var started = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(number);
        var id = BackupId.At(started, new Guid(number, 0, 0, new byte[8]));
        var index = new BackupIndex(BackupIndex.CurrentFormat, id, BackupType.Full, started, new("7.0.0", null, "rs0"), new Optime((uint)number, 1, 1), null, [], null);
        var (blocks, tree) = (new List<Block>(), new UnixFsTree());
        using var sealer = new BlockSealer(repository.Keys.Current);
        Add(BackupIndex.FileName, SealedFile.Seal(sealer, BlockType.Index, id.ToArray(), EngineJson.Write(index)));
        var header = EngineJson.Write(new BackupHeader(BackupIndex.CurrentFormat, repository.Id, id, repository.Keys.Current.Epoch, repository.Keyring));
        Add(BackupHeader.FileName, SealedFile.Of([new Block(Cid.Raw(header), header)]));
        var root = tree.Build(blocks.Add);
        await RevisionPublisher.ToAllNodes(repository.Id, repository.Nodes, root, blocks, PinNames.Backup(repository.Id), Cancellation);
        NodeCopy[] copies = [new("id of node 1", "node 1", started, 3, 3), new("id of node 2", "node 2", started, 3, 3)];
        return BackupEntry.Of(index, root, repository.Keys.Current.Epoch, 0, 2) with { Copies = copies };

        void Add(string path, SealedFile file)
        {
            blocks.AddRange(file.Blocks);
            tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }

    /// <summary>What the catalogue lists now, by the hours of the backups.</summary>
    public async Task<IReadOnlyList<uint>> Listed() => [.. (await Manifest.Load(Cancellation)).Backups.Select(b => b.StartOptime!.Seconds)];

    /// <summary>Both nodes know nothing of these pins, as if they had been down.</summary>
    public async Task WithoutPins(IEnumerable<Cid> roots, Func<Task> act)
    {
        var hidden = roots.SelectMany(r => new[] { First, Second }.Where(n => n.PinNames.ContainsKey(r)).Select(n => (Node: n, Root: r, Name: n.PinNames[r]))).ToList();
        foreach (var (node, root, _) in hidden) node.PinNames.TryRemove(root, out _);
        await act();
        foreach (var (node, root, name) in hidden) node.PinNames[root] = name;
    }

    /// <summary>The revision that is the head now.</summary>
    public Cid Head => Repository.Memory.Head!.Manifest;

    /// <summary>Takes the sealed part of a revision away from a node.</summary>
    public async Task LoseRevision(StoringNode node, Cid root)
    {
        var blocks = new List<Cid>();
        await foreach (var cid in DagWalk.From(root, (c, _) => Task.FromResult(node.Blocks[c]), cancellationToken: Cancellation)) blocks.Add(cid);
        // the keyring is that of the other revisions, too
        var keyring = Cid.Raw(Repository.Memory.Head!.Keyring.ToJson());
        foreach (var cid in blocks.Where(c => c != keyring)) node.Blocks.TryRemove(cid, out _);
    }

    public void LoseCatalog()
    {
        Repository.Memory.Head = null;
        Repository.Memory.Kept.Clear();
        Repository.Memory.Locks = BackupFunctions.Repositories.Locking.LockTable.Empty;
    }

    public void Dispose()
    {
        Repository.Dispose();
        _directory.Dispose();
    }
}
