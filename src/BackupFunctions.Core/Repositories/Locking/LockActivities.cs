using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Workflows;

namespace BackupFunctions.Repositories.Locking;

/// <summary>Input of <see cref="BackupActivities.TakeLock"/>.</summary>
public sealed record TakeLockInput(string Id, LockMode Mode, string Purpose);

/// <summary>Input of <see cref="BackupActivities.RenewLock"/>: the staged backups that are the holder's own.</summary>
public sealed record RenewLockInput(LockHolder Holder, IReadOnlyList<BackupId> Backups);

/// <summary>Input of <see cref="BackupActivities.ReleaseLock"/>.</summary>
public sealed record ReleaseLockInput(string Id);

/// <summary>Done.</summary>
public sealed record LockResult;

/// <summary>Takes the lock of the repository, for this process.</summary>
internal sealed class TakeLockActivity(RepositoryLock repositoryLock) : IActivity<TakeLockInput, LockHolder>
{
    private static readonly string s_owner = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");

    /// <inheritdoc/>
    public ActivityName<TakeLockInput, LockHolder> Name => BackupActivities.TakeLock;

    /// <inheritdoc/>
    public Task<LockHolder> Run(TakeLockInput input, CancellationToken cancellationToken) => repositoryLock.Take(input.Id, input.Mode, input.Purpose, s_owner, cancellationToken);
}

/// <summary>Keeps the lock.</summary>
internal sealed class RenewLockActivity(RepositoryLock repositoryLock) : IActivity<RenewLockInput, LockResult>
{
    /// <inheritdoc/>
    public ActivityName<RenewLockInput, LockResult> Name => BackupActivities.RenewLock;

    /// <inheritdoc/>
    public async Task<LockResult> Run(RenewLockInput input, CancellationToken cancellationToken)
    {
        await repositoryLock.Renew(input.Holder, input.Backups, cancellationToken);
        return new();
    }
}

/// <summary>Lets the lock go.</summary>
internal sealed class ReleaseLockActivity(RepositoryLock repositoryLock) : IActivity<ReleaseLockInput, LockResult>
{
    /// <inheritdoc/>
    public ActivityName<ReleaseLockInput, LockResult> Name => BackupActivities.ReleaseLock;

    /// <inheritdoc/>
    public async Task<LockResult> Run(ReleaseLockInput input, CancellationToken cancellationToken)
    {
        await repositoryLock.Release(input.Id, cancellationToken);
        return new();
    }
}
