using BackupFunctions.Backup;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Retention;

/// <summary>Finds out what waits in staging needs of what is recorded.</summary>
internal sealed class StagedWorkReader(StagedBackups staged, StagedObjects objects)
{
    /// <summary>Whole backups, and the roots that runs build on which have not ended.</summary>
    public async Task<StagedNeeds> Read(CancellationToken cancellationToken)
    {
        var work = await staged.List(cancellationToken);
        var bases = new HashSet<Cid>();
        foreach (var run in work.Parts.Concat(work.Whole.Select(w => w.Entry.Id)))
        {
            try
            {
                if ((await objects.Load<BackupPlan>(run, PlanActivity.RecordName, cancellationToken)).Base is { } root) bases.Add(root);
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt or ErrorKind.WrongKey)
            {
                // a slice has no plan; what this repository's keys do not open is not its own
            }
        }
        return new([.. work.Whole.Select(w => w.Entry)], bases);
    }
}
