using System.Collections.Concurrent;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories.Locking;

namespace BackupFunctions.Tests.Repositories;

/// <summary>A catalogue in memory; a test may set the head, and act between a writer's steps.</summary>
internal sealed class MemoryCatalog : ICatalog
{
    private readonly Lock _lock = new();

    public CatalogHead? Head { get; set; }

    /// <summary>Whether reading fails as that of a server that cannot be reached.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>Runs before each replacement, which then happens or fails.</summary>
    public Func<Task>? BeforeReplace { get; set; }

    public ConcurrentDictionary<Cid, (ulong Revision, byte[] Data)> Kept { get; } = [];

    public string Name => "catalogue in memory";

    public async Task<CatalogHead?> ReadHead(CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (IsUnreachable) throw new BackupException(ErrorKind.Failed, $"read {Name}: connection refused", "start it");
        lock (_lock) return Head;
    }

    public async Task<bool> TryReplaceHead(CatalogHead? expected, CatalogHead next, CancellationToken cancellationToken)
    {
        if (BeforeReplace is { } before) await before();
        lock (_lock)
        {
            if (Head?.Revision != expected?.Revision || Head?.Fence != expected?.Fence) return false;
            Head = next;
            return true;
        }
    }

    public LockTable Locks { get; set; } = LockTable.Empty;

    public async Task<LockTable> ReadLocks(CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (_lock) return Locks;
    }

    public Task<bool> TryReplaceLocks(long expectedVersion, LockTable next, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Locks.Version != expectedVersion) return Task.FromResult(false);
            Locks = next;
            return Task.FromResult(true);
        }
    }

    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Task.FromResult(Kept.TryGetValue(cid, out var kept) ? kept.Data : null);

    public Task Keep(ulong revision, IReadOnlyList<Block> blocks, CancellationToken cancellationToken)
    {
        foreach (var block in blocks) Kept[block.Cid] = (revision, block.Data.ToArray());
        return Task.CompletedTask;
    }

    public Task DropBefore(ulong revision, CancellationToken cancellationToken)
    {
        foreach (var (cid, kept) in Kept) if (kept.Revision < revision) Kept.TryRemove(cid, out _);
        return Task.CompletedTask;
    }
}
