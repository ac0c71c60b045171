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
        return new(appended.Root, appended.Revision, appended.Problems);
    }
}
