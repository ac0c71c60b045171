using BackupFunctions.Backup;
using BackupFunctions.Recovery;
using BackupFunctions.Workflows;

namespace BackupFunctions.Manifest;

/// <summary>Records changes in the manifest, and after a backup writes the recovery kit. Run again it finds them recorded and adds nothing.</summary>
internal sealed class RecordActivity(ManifestStore manifest, RecoveryKitFile? kits = null) : IActivity<RecordInput, RecordResult>
{
    /// <inheritdoc/>
    public ActivityName<RecordInput, RecordResult> Name => BackupActivities.UpdateManifest;

    /// <inheritdoc/>
    public async Task<RecordResult> Run(RecordInput input, CancellationToken cancellationToken)
    {
        var recorded = await Record(input, cancellationToken);
        if (kits is null || !input.Changes.OfType<BackupRecorded>().Any()) return recorded;
        var (kit, problem) = await kits.Write(recorded.Manifest, recorded.Revision, cancellationToken);
        return recorded with { Kit = kit, Warning = problem };
    }

    private async Task<RecordResult> Record(RecordInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.Load(cancellationToken);
        var missing = input.Changes.Where(c => !state.Holds(c)).ToList();
        if (missing.Count == 0) return new(state.Head!.Value, state.Revision, []);
        var appended = await manifest.Append(missing, input.Fence, cancellationToken);
        return new(appended.Root, appended.Revision, [.. appended.Problems, .. Replaced(missing, state)]);
    }

    // a volume that is not mounted leaves an empty directory, which takes new backups as any node does
    private static IEnumerable<string> Replaced(IEnumerable<ManifestChange> changes, ManifestState before) =>
        from copy in changes.OfType<BackupRecorded>().SelectMany(b => b.Backup.Copies).DistinctBy(c => c.NodeId)
        let lacking = before.LackedBy(copy.NodeId)
        where lacking > 0
        select $"{copy.Node} is another node than the one that holds {lacking} earlier backups: if its volume is not mounted, mount it; if it is new on purpose, `backupfn resume` brings them to it";
}
