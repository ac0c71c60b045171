using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Backup;

/// <summary>Deletes what is staged for a backup that every node holds.</summary>
internal sealed class CleanupActivity(IStaging staging) : IActivity<CleanupInput, CleanupResult>
{
    /// <inheritdoc/>
    public ActivityName<CleanupInput, CleanupResult> Name => BackupActivities.Cleanup;

    /// <inheritdoc/>
    public async Task<CleanupResult> Run(CleanupInput input, CancellationToken cancellationToken)
    {
        await staging.Delete(input.Backup.ToString(), cancellationToken);
        return new();
    }
}
