using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>Finds out what is left of older epochs: listed backups, and those that wait in staging.</summary>
internal sealed class PlanReencryptionActivity(RepositorySession session, ManifestStore manifest, RepositoryKeyring keys, StagedBackups staged, DeliveryTargets targets)
    : IActivity<ReencryptionPlanInput, ReencryptionPlan>
{
    private const int MaxBackups = 256;

    /// <inheritdoc/>
    public ActivityName<ReencryptionPlanInput, ReencryptionPlan> Name => RotationActivities.PlanReencryption;

    /// <inheritdoc/>
    public async Task<ReencryptionPlan> Run(ReencryptionPlanInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.Load(cancellationToken);
        var keyring = (await session.Open(cancellationToken)).Keyring;
        var old = state.Backups.Where(b => b.Epoch < keyring.CurrentEpoch).Select(b => b.Id).ToList();
        var recorded = state.Backups.Select(b => b.Id).ToHashSet();
        var waiting = (await staged.List(cancellationToken)).Whole.Count(s => s.Entry.Epoch < keyring.CurrentEpoch && !recorded.Contains(s.Entry.Id));
        var plan = new ReencryptionPlan(targets, [.. old.Take(MaxBackups)], old.Count > MaxBackups, waiting, keyring.Epochs.Count > 1);
        return plan.IsDone && await keys.IsReencrypted(state, cancellationToken) ? plan with { Completed = KeysRotated.Of(keyring, state.Revision) } : plan;
    }
}
