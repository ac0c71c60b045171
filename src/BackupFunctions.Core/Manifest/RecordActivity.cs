using BackupFunctions.Backup;
using BackupFunctions.Workflows;

namespace BackupFunctions.Manifest;

/// <summary>Records a backup in the manifest. Run again it finds the backup recorded and adds nothing.</summary>
internal sealed class RecordActivity(ManifestStore manifest) : IActivity<RecordInput, RecordResult>
{
    /// <inheritdoc/>
    public ActivityName<RecordInput, RecordResult> Name => BackupActivities.UpdateManifest;

    /// <inheritdoc/>
    public async Task<RecordResult> Run(RecordInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.Load(cancellationToken);
        if (state.Backups.Any(b => b.Id == input.Backup.Id && b.Root == input.Backup.Root)) return new(state.Head!.Value, state.Revision, []);
        var appended = await manifest.Append([new BackupRecorded(input.Backup)], cancellationToken);
        return new(appended.Root, appended.Revision, appended.Problems);
    }
}
