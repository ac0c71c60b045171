using System.Collections.Concurrent;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Manifest;

/// <summary>A process that has read the chain once reads what is new of it, however long it is.</summary>
public sealed class ManifestReadAgainTests : IDisposable
{
    private readonly CountingCatalog _catalog = new(new MemoryCatalog());
    private readonly TestRepository _repository;

    public ManifestReadAgainTests() => _repository = new(_catalog);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(20)]
    // with a checkpoint
    [InlineData(270)]
    public async Task What_was_read_before_is_not_read_again(int revisions)
    {
        var writer = await _repository.Create();
        for (var number = 1; number <= revisions; number++) await writer.Append(Entries.Change(number), null, Cancellation);
        var reader = _repository.Manifest();
        var first = await reader.Load(Cancellation);

        var read = await Reads(async () => (await reader.Load(Cancellation)).Text().ShouldBe(first.Text()));
        read.ShouldBeEmpty();

        await writer.Append(Entries.Change(revisions + 1), null, Cancellation);
        var head = (await _catalog.ReadHead(Cancellation))!.Manifest;
        var appended = await Reads(async () => (await reader.Load(Cancellation)).Backups.Count().ShouldBe(revisions + 1));
        appended.ShouldContain(head);
        (await _repository.Manifest().Load(Cancellation)).Text().ShouldBe((await reader.Load(Cancellation)).Text());
        var alone = await Reads(() => _repository.Manifest().Load(Cancellation));
        appended.Count.ShouldBeLessThan(alone.Count / 3);
    }

    private async Task<IReadOnlyCollection<Cid>> Reads(Func<Task> load)
    {
        _catalog.Read.Clear();
        await load();
        return [.. _catalog.Read.Distinct()];
    }

    /// <summary>Notes which blocks are asked for: it is asked first for each.</summary>
    private sealed class CountingCatalog(MemoryCatalog catalog) : ICatalog
    {
        public ConcurrentQueue<Cid> Read { get; } = [];

        public string Name => catalog.Name;

        public Task<CatalogHead?> ReadHead(CancellationToken cancellationToken) => catalog.ReadHead(cancellationToken);

        public Task<bool> TryReplaceHead(CatalogHead? expected, CatalogHead next, CancellationToken cancellationToken) => catalog.TryReplaceHead(expected, next, cancellationToken);

        public Task<LockTable> ReadLocks(CancellationToken cancellationToken) => catalog.ReadLocks(cancellationToken);

        public Task<bool> TryReplaceLocks(long expectedVersion, LockTable next, CancellationToken cancellationToken) =>
            catalog.TryReplaceLocks(expectedVersion, next, cancellationToken);

        public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
        {
            Read.Enqueue(cid);
            return catalog.Get(cid, cancellationToken);
        }

        public Task Keep(ulong revision, IReadOnlyList<Block> blocks, CancellationToken cancellationToken) => catalog.Keep(revision, blocks, cancellationToken);

        public Task DropBefore(ulong revision, CancellationToken cancellationToken) => catalog.DropBefore(revision, cancellationToken);
    }
}
