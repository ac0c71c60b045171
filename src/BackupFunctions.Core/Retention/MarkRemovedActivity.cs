using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>
/// Removes from the manifest what no rule keeps, in one revision, by what is listed at the very moment of its recording. Nothing is unpinned: tombstones say since when and why. Run again, it
/// gives what the first run did.
/// </summary>
internal sealed class MarkRemovedActivity(RepositorySession session, ManifestStore manifest, StagedWorkReader staged, RetentionSettings settings, DeliveryTargets targets) : IActivity<MarkRemovedInput, MarkRemovedResult>
{
    private const int MaxTold = 200;

    /// <inheritdoc/>
    public ActivityName<MarkRemovedInput, MarkRemovedResult> Name => RetentionActivities.MarkRemoved;

    /// <inheritdoc/>
    public async Task<MarkRemovedResult> Run(MarkRemovedInput input, CancellationToken cancellationToken)
    {
        if (!await session.Exists(cancellationToken)) return new(0, 0, 0, [], 0, 0, null, []);
        var needs = await staged.Read(cancellationToken);
        var appended = await manifest.Append(Changes, input.Fence, cancellationToken);
        var state = await manifest.Load(cancellationToken);
        var removed = state.Removed.Where(t => t.At == input.Now).ToList();
        var due = state.Removed.Count(t => input.Now - t.At >= settings.Grace);
        return new(state.Backups.Count(), removed.Count, removed.Sum(t => t.Backup.NewBytes),
            [.. removed.Take(MaxTold).Select(t => new RemovedBackup(t.Backup.Id, t.Backup.Type, t.Backup.Started, t.Backup.NewBytes, t.Reason))], due, state.Removed.Count() - due, targets, appended?.Problems ?? []);

        IReadOnlyList<ManifestChange>? Changes(ManifestState current)
        {
            if (current.Removed.Any(t => t.At == input.Now)) return null;
            var removed = RetentionPlanner.Plan(current, settings.Policy, input.Now, needs).Removed.Select(i => new BackupRemoved(i.Backup.Id, input.Now, i.Reasons[0])).ToList();
            return removed.Count == 0 ? null : removed;
        }
    }
}
