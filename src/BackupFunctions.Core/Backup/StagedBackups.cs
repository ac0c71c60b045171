using BackupFunctions.Staging;

namespace BackupFunctions.Backup;

/// <summary>What waits in staging.</summary>
/// <param name="Whole">Backups that only have to be delivered, oldest first.</param>
/// <param name="Parts">Runs that were not finished, or still go on.</param>
/// <param name="Unreadable">What is wrong with runs that this repository's keys do not open.</param>
internal sealed record StagedWork(IReadOnlyList<StagedBackup> Whole, IReadOnlyList<BackupId> Parts, IReadOnlyList<string> Unreadable);

/// <summary>Looks through staging.</summary>
internal sealed class StagedBackups(IStaging staging, StagedObjects objects)
{
    /// <summary>All that is there.</summary>
    public async Task<StagedWork> List(CancellationToken cancellationToken)
    {
        var whole = new List<StagedBackup>();
        var parts = new List<BackupId>();
        var unreadable = new List<string>();
        await foreach (var run in staging.Runs(cancellationToken))
        {
            if (!BackupId.TryParse(run, out var id)) continue;
            try
            {
                whole.Add(await objects.Load<StagedBackup>(id, StagedBackup.RecordName, cancellationToken));
            }
            catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
            {
                parts.Add(id);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.WrongKey)
            {
                unreadable.Add($"{run} in staging is not of this repository, or damaged: {e.Message}");
            }
        }
        return new([.. whole.OrderBy(s => s.Entry.Id)], parts, unreadable);
    }
}
