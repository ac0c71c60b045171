using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories.Locking;

namespace BackupFunctions.Retention;

/// <summary>Changes that a person asks for, each recorded at once under a shared lock, by what is listed at the moment of its recording.</summary>
internal sealed class ManifestEdit(ManifestStore manifest, RepositoryLock repositoryLock, IRandomSource random, TimeProvider time)
{
    /// <summary>Removes a backup and what depends on it, see <see cref="BackupRemoval"/>; nothing is unpinned before the grace period is over.</summary>
    public async Task<RemovedBackups> Remove(string reference, bool force, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupEntry> removed = [];
        var now = time.GetUtcNow();
        var problems = await Append("a removal", state =>
        {
            var named = state.Find(reference);
            removed = BackupRemoval.Plan(state, named, force);
            return [.. removed.Select(b => new BackupRemoved(b.Id, now, b == named ? "asked for" : $"backup {named.Id}, which it needs, was removed"))];
        }, cancellationToken);
        return new([.. removed.Select(b => new RemovedBackup(b.Id, b.Type, b.Started, b.NewBytes, b == removed[0] ? "asked for" : $"backup {removed[0].Id}, which it needs, was removed"))], problems);
    }

    /// <summary>Protects a backup from retention, or ends that.</summary>
    public async Task<ProtectedBackup> Protect(string reference, bool isProtected, CancellationToken cancellationToken)
    {
        BackupEntry? backup = null;
        var problems = await Append("protection", state =>
        {
            backup = state.Find(reference);
            return backup.IsProtected == isProtected ? null : [new ProtectionChanged(backup.Id, isProtected)];
        }, cancellationToken);
        return new(backup! with { IsProtected = isProtected }, problems);
    }

    private async Task<IReadOnlyList<string>> Append(string purpose, Func<ManifestState, IReadOnlyList<ManifestChange>?> decide, CancellationToken cancellationToken)
    {
        var bytes = new byte[16];
        random.Fill(bytes);
        var id = new Guid(bytes).ToString("N", CultureInfo.InvariantCulture);
        var holder = await repositoryLock.Take(id, LockMode.Shared, purpose, cancellationToken);
        try
        {
            return (await manifest.Append(decide, holder.Fence, cancellationToken))?.Problems ?? [];
        }
        finally
        {
            await repositoryLock.Release(id, CancellationToken.None);
        }
    }
}

/// <summary>Backups that are not listed any more, the one that was named first, and the problems of nodes that do not hold the manifest.</summary>
public sealed record RemovedBackups(IReadOnlyList<RemovedBackup> Removed, IReadOnlyList<string> Problems);

/// <summary>A backup as it is now, and the problems of nodes that do not hold the manifest.</summary>
public sealed record ProtectedBackup(BackupEntry Backup, IReadOnlyList<string> Problems);
