using BackupFunctions.Manifest;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>
/// Finds removed backups whose grace period is over, some at a time. Refuses, as every write does, where a node knows a newer manifest than the catalogue. A root that a listed backup has too,
/// or one that was removed later, is never unpinned.
/// </summary>
internal sealed class PlanUnpinningActivity(ManifestStore manifest, StagedWorkReader staged, RetentionSettings settings) : IActivity<PlanUnpinningInput, UnpinBatch>
{
    private const int BatchSize = 64;

    /// <inheritdoc/>
    public ActivityName<PlanUnpinningInput, UnpinBatch> Name => RetentionActivities.PlanUnpinning;

    /// <inheritdoc/>
    public async Task<UnpinBatch> Run(PlanUnpinningInput input, CancellationToken cancellationToken)
    {
        var needs = await staged.Read(cancellationToken);
        ManifestState? current = null;
        // nothing is appended: it is the look at all pinned revisions before an append that is wanted
        await manifest.Append(Look, input.Fence, cancellationToken);
        var due = current!.Removed.Where(t => input.Now - t.At >= settings.Grace).ToList();
        var batch = due.Where(t => t.Backup.Id > input.After).Take(BatchSize).ToList();
        var others = current.Backups.Select(b => b.Root).Concat(current.Removed.Except(due).Select(t => t.Backup.Root)).ToHashSet();
        var shared = batch.Where(t => others.Contains(t.Backup.Root)).ToList();
        var needed = batch.Except(shared).Where(t => needs.Bases.Contains(t.Backup.Root)).ToList();
        return new([.. batch.Except(shared).Except(needed).Select(t => new DueRoot(t.Backup.Id, t.Backup.Root))], [.. shared.Select(t => t.Backup.Id)], needed.Count,
            batch.Count == BatchSize ? batch[^1].Backup.Id : null);

        IReadOnlyList<ManifestChange>? Look(ManifestState state)
        {
            current = state;
            return null;
        }
    }
}
