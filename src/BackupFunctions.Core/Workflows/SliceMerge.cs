using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;

namespace BackupFunctions.Workflows;

/// <summary>
/// Merges slices under the lock of the run that found them. They are removed only when every node holds what they became, verified; until then both are listed, and lead to the same points.
/// Nothing that goes wrong here is a failure of the run: the next one finds the same slices.
/// </summary>
internal sealed class SliceMerge(IWorkflowContext context, RepositoryHold hold, DeliveryTargets targets)
{
    private readonly List<string> _warnings = [];

    /// <summary>What to say about it.</summary>
    public async Task<IReadOnlyList<string>> Run(IReadOnlyList<MergeableSlices> groups)
    {
        for (var at = 0; at < groups.Count; at++)
        {
            context.SetStatus(new("merge", at, groups.Count, 0));
            var prefix = string.Create(CultureInfo.InvariantCulture, $"merge/{at}/");
            if (await Delivery.Try(() => Merge(groups[at], prefix)) is { } problem) _warnings.Add($"{groups[at].Slices.Count} slices could not be merged into one: {problem}");
        }
        return _warnings;
    }

    private async Task Merge(MergeableSlices group, string prefix)
    {
        if ((group.Merged ?? await MakeOne(group, prefix)) is not { } merged) return;
        var removed = group.Slices.Select(s => new BackupRemoved(s, context.UtcNow, $"merged into {merged}")).ToList();
        _warnings.AddRange((await context.Call(BackupActivities.UpdateManifest, $"{prefix}remove", new RecordInput(removed, hold.Holder.Fence))).Problems);
    }

    // null while a node lacks it
    private async Task<BackupId?> MakeOne(MergeableSlices group, string prefix)
    {
        // stands where its last slice stood
        var backup = BackupId.At(group.Last, context.NewId());
        await hold.Claim(backup);
        var gathered = await context.Call(BackupActivities.GatherSlices, $"{prefix}gather", new GatherInput(backup, group.Slices));
        var draft = await context.Call(BackupActivities.Assemble, $"{prefix}assemble", new AssembleInput(backup, 1, new(group.First, gathered.Server, group.After), []));
        var delivered = await Delivery.Run(context, hold, IncrementalBackupWorkflow.Name, prefix, targets, draft, []);
        _warnings.AddRange(delivered.Problems);
        _warnings.AddRange(delivered.Warnings);
        return delivered.Backup.IsDegraded ? null : backup;
    }
}
