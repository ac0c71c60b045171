using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Repositories.Locking;

/// <summary>
/// The lock of a repository in its catalogue. A holder that died counts until its time is over. One that was only slow finds out by its fencing token: who
/// takes the lock exclusively raises the fence of the head of the manifest, behind which no earlier holder can record anything. Thread-safe.
/// </summary>
public sealed class RepositoryLock(ICatalog catalog, TimeProvider time)
{
    private const int MaxAttempts = 64;

    /// <summary>How long a holder counts after it was last heard of.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <summary>Takes the lock, or renews what this id holds; <see cref="ErrorKind.Locked"/> names who is in the way.</summary>
    public Task<LockHolder> Take(string id, LockMode mode, string purpose, CancellationToken cancellationToken) => Take(id, mode, purpose, owner: null, cancellationToken);

    /// <summary>As above, and tells others which process this is.</summary>
    public async Task<LockHolder> Take(string id, LockMode mode, string purpose, string? owner, CancellationToken cancellationToken)
    {
        // a first run that cannot begin shall leave nothing behind; it is there for others when it claims its backup
        if (mode == LockMode.Shared && await catalog.ReadHead(cancellationToken) is null) return new(id, mode, purpose, time.GetUtcNow() + Lease, 0, [], owner);
        var taken = await Change(table =>
        {
            var live = Live(table);
            if (live.FirstOrDefault(h => h.Id == id) is { } known) return Renewed(table, live, known);
            if (live.FirstOrDefault(h => mode == LockMode.Exclusive || h.Mode == LockMode.Exclusive) is { } other)
                throw new BackupException(ErrorKind.Locked, $"lock the repository for {purpose}: {other.Purpose} holds it ({other}, until {Telemetry.Human.Time(other.Until)} unless it goes on)", "wait until it has ended; a process that died lets go by itself after some minutes");
            return table with { Fence = table.Fence + 1, Holders = [.. live, new(id, mode, purpose, time.GetUtcNow() + Lease, table.Fence + 1, [], owner)] };
        }, cancellationToken);
        var holder = taken.Holders.Single(h => h.Id == id);
        if (mode == LockMode.Exclusive) await RaiseFence(holder.Fence, cancellationToken);
        return holder;
    }

    /// <summary>
    /// Says that this holder is still there, and that these staged backups are its own. <see cref="ErrorKind.Locked"/> when it was silent for so long that
    /// somebody else took the lock exclusively.
    /// </summary>
    public Task Renew(LockHolder holder, IReadOnlyList<BackupId> backups, CancellationToken cancellationToken) => Change(table =>
    {
        var live = Live(table);
        var known = live.FirstOrDefault(h => h.Id == holder.Id);
        if (known is null && live.FirstOrDefault(h => h.Mode == LockMode.Exclusive || holder.Mode == LockMode.Exclusive) is { } other)
            throw new BackupException(ErrorKind.Locked, $"go on with {holder.Purpose}: its lock on the repository ran out, and {other.Purpose} holds it now", "run it again");
        return Renewed(table, live, (known ?? holder) with { Backups = backups });
    }, cancellationToken);

    /// <summary>Lets go; what is not held is fine.</summary>
    public Task Release(string id, CancellationToken cancellationToken) =>
        Change(table => table.Holders.Any(h => h.Id == id) ? table with { Holders = [.. Live(table).Where(h => h.Id != id)] } : table, cancellationToken);

    /// <summary>Staged backups that other holders are at.</summary>
    public async Task<IReadOnlySet<BackupId>> BackupsOfOthers(string id, CancellationToken cancellationToken) =>
        Live(await catalog.ReadLocks(cancellationToken)).Where(h => h.Id != id).SelectMany(h => h.Backups).ToHashSet();

    /// <summary>Other holders that do the same as this one; those of a process that died count until their time is over.</summary>
    public async Task<IReadOnlyList<LockHolder>> OthersAtTheSame(string id, CancellationToken cancellationToken)
    {
        var live = Live(await catalog.ReadLocks(cancellationToken));
        var purpose = live.FirstOrDefault(h => h.Id == id)?.Purpose;
        return [.. live.Where(h => h.Id != id && h.Purpose == purpose)];
    }

    private async Task<LockTable> Change(Func<LockTable, LockTable> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var table = await catalog.ReadLocks(cancellationToken);
            var next = change(table);
            if (next == table) return table;
            next = next with { Version = table.Version + 1 };
            if (await catalog.TryReplaceLocks(table.Version, next, cancellationToken)) return next;
        }
        throw new BackupException(ErrorKind.Locked, $"lock the repository: others were first {MaxAttempts} times", "run again when less runs at once");
    }

    private LockTable Renewed(LockTable table, List<LockHolder> live, LockHolder holder) =>
        table with { Holders = [.. live.Where(h => h.Id != holder.Id), holder with { Until = time.GetUtcNow() + Lease }] };

    private List<LockHolder> Live(LockTable table) => [.. table.Holders.Where(h => h.Until > time.GetUtcNow())];

    private async Task RaiseFence(long fence, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            // without a head there is nothing to protect yet
            if (await catalog.ReadHead(cancellationToken) is not { } head || head.Fence >= fence) return;
            if (await catalog.TryReplaceHead(head, head with { Fence = fence }, cancellationToken)) return;
        }
        throw new BackupException(ErrorKind.Locked, $"lock the repository: other writers were first {MaxAttempts} times", "run again when fewer backups run at once");
    }
}
