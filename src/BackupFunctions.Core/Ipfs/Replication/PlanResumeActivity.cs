using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Finds what earlier runs left: staged backups that no node took, and recorded ones that a configured node lacks. Tidies staging of what is on every node,
/// and of parts that are so old that no run can still be at them. A node that does not answer lacks nothing for now. Without a repository there is nothing.
/// </summary>
internal sealed class PlanResumeActivity(RepositorySession session, ManifestStore manifest, IStaging staging, StagedBackups staged, IReadOnlyList<IIpfsNode> nodes, DeliveryTargets targets)
    : IActivity<ResumePlanInput, ResumePlan>
{
    private const int MaxStaged = 64, MaxMissing = 512;
    private static readonly TimeSpan PartsAreKept = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public ActivityName<ResumePlanInput, ResumePlan> Name => BackupActivities.PlanResume;

    /// <inheritdoc/>
    public async Task<ResumePlan> Run(ResumePlanInput input, CancellationToken cancellationToken)
    {
        if (!await session.Exists(cancellationToken)) return new(targets, [], [], false, []);
        var work = await staged.List(cancellationToken);
        var recorded = (await manifest.Load(cancellationToken)).Backups.ToDictionary(b => b.Id);
        var warnings = work.Unreadable.ToList();
        var ids = await Identities(warnings, cancellationToken);
        var missing = recorded.Values.SelectMany(b => Missing(b, ids, work)).ToList();
        var undelivered = work.Whole.Where(s => !recorded.ContainsKey(s.Entry.Id)).ToList();
        foreach (var done in work.Whole.Select(s => s.Entry.Id).Where(id => recorded.TryGetValue(id, out var entry) && !entry.IsDegraded)) await staging.Delete(done.ToString(), cancellationToken);
        foreach (var old in work.Parts.Where(p => input.Now - p.Time > PartsAreKept)) await staging.Delete(old.ToString(), cancellationToken);
        return new(targets, [.. undelivered.Take(MaxStaged).Select(s => new UndeliveredBackup(s.Entry, s.Before))], [.. missing.Take(MaxMissing)],
            undelivered.Count > MaxStaged || missing.Count > MaxMissing, warnings);
    }

    private async Task<string?[]> Identities(List<string> warnings, CancellationToken cancellationToken)
    {
        var ids = new string?[targets.Nodes];
        for (var node = 0; node < ids.Length; node++)
        {
            try
            {
                ids[node] = (await nodes[node].Identify(cancellationToken)).Id;
            }
            catch (BackupException e)
            {
                warnings.Add(e.Message);
            }
        }
        return ids;
    }

    private static IEnumerable<MissingCopy> Missing(BackupEntry backup, string?[] ids, StagedWork work)
    {
        var lacking = Enumerable.Range(0, ids.Length).Where(node => !backup.Copies.Any(c => c.NodeId == ids[node])).ToList();
        var isStaged = work.Whole.Any(s => s.Entry.Id == backup.Id && s.Entry.Root == backup.Root);
        return lacking.Where(node => ids[node] is not null).Select(node => new MissingCopy(backup, node, isStaged, lacking.Count == 1));
    }
}
