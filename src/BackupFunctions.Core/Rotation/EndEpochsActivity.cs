using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>
/// The last step: nothing of older epochs is pinned any more, so they leave the keyring, tombstones of their backups are done with, and what is left of them in staging and among the
/// catalogue's quick copies goes. Run again it finds that done.
/// </summary>
internal sealed class EndEpochsActivity(RepositorySession session, ManifestStore manifest, ICatalog catalog, RepositoryKeyring keyring, IStaging staging, StagedBackups staged)
    : IActivity<EndEpochsInput, KeysRotated>
{
    /// <inheritdoc/>
    public ActivityName<EndEpochsInput, KeysRotated> Name => RotationActivities.EndEpochs;

    /// <inheritdoc/>
    public async Task<KeysRotated> Run(EndEpochsInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.LoadNewest("give up earlier epochs", input.Fence, cancellationToken);
        var epoch = (await session.Open(cancellationToken)).Keyring.CurrentEpoch;
        // while their keys are at hand; nobody else is at work under an exclusive lock
        var work = await staged.List(cancellationToken);
        foreach (var run in work.Whole.Where(s => s.Entry.Epoch < epoch).Select(s => s.Entry.Id).Concat(work.Parts)) await staging.Delete(run.ToString(), cancellationToken);
        var gone = state.Removed.Where(t => t.Backup.Epoch < epoch).Select(t => new BackupUnpinned(t.Backup.Id));
        var changed = await keyring.DropOldEpochs([.. gone], input.Fence, cancellationToken);
        if (state.Checkpoint is { } checkpoint) await catalog.DropBefore(checkpoint.Revision + 1, cancellationToken);
        return KeysRotated.Of(changed);
    }
}
