using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Finds what earlier runs left: staged backups that no node took, and recorded ones that a configured node lacks, or whose pin it lost. What a node lacks of the manifest, which is small, it
/// brings there itself. Tidies staging of what is on every node or removed, and of parts that are so old that no run can still be at them. What a node lacks that does not answer cannot be told, and why it does not is. Without a repository there is nothing.
/// </summary>
internal sealed class PlanResumeActivity(
    RepositorySession session, RepositoryLock repositoryLock, ManifestStore manifest, IStaging staging, StagedBackups staged, IReadOnlyList<IIpfsNode> nodes, DeliveryTargets targets)
    : IActivity<ResumePlanInput, ResumePlan>
{
    private const int MaxStaged = 64, MaxMissing = 512;
    private static readonly TimeSpan PartsAreKept = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public ActivityName<ResumePlanInput, ResumePlan> Name => BackupActivities.PlanResume;

    /// <inheritdoc/>
    public async Task<ResumePlan> Run(ResumePlanInput input, CancellationToken cancellationToken)
    {
        if (!await session.Exists(cancellationToken)) return new(targets, [], [], false, [], []);
        // asked in this order: a backup is claimed before it can be seen
        var work = await staged.List(cancellationToken);
        var theirs = await repositoryLock.BackupsOfOthers(input.Holder, cancellationToken);
        work = work with { Whole = [.. work.Whole.Where(s => !theirs.Contains(s.Entry.Id))], Parts = [.. work.Parts.Where(p => !theirs.Contains(p))] };
        var state = await manifest.LoadNewest("go on with backups", null, cancellationToken);
        var recorded = state.Backups.ToDictionary(b => b.Id);
        var removed = state.Removed.Select(t => t.Backup.Id).ToHashSet();
        var (unreachable, brought) = (new List<string>(), new List<string>());
        var missing = new List<MissingCopy>();
        if (input.Copies)
        {
            var held = new List<PinsOfNode?>();
            foreach (var node in nodes.Take(targets.Nodes)) held.Add(await PinsOf(node, unreachable, cancellationToken));
            foreach (var (node, pins) in nodes.Zip(held)) await BringManifest(node, pins, state, brought, unreachable, cancellationToken);
            missing = MissingCopies(recorded.Values.Where(b => !theirs.Contains(b.Id)), work, held);
        }
        // one that is sealed again under a newer epoch takes the place of what is recorded
        var undelivered = work.Whole.Where(s => !removed.Contains(s.Entry.Id) && (!recorded.TryGetValue(s.Entry.Id, out var known) || s.Entry.Epoch > known.Epoch)).ToList();
        var done = work.Whole.Except(undelivered).Where(s => !recorded.TryGetValue(s.Entry.Id, out var known) || !known.IsDegraded || s.Entry.Epoch < known.Epoch);
        foreach (var id in done.Select(s => s.Entry.Id)) await staging.Delete(id.ToString(), cancellationToken);
        foreach (var old in work.Parts.Where(p => input.Now - p.Time > PartsAreKept)) await staging.Delete(old.ToString(), cancellationToken);
        return new(targets, [.. undelivered.Take(MaxStaged).Select(s => new UndeliveredBackup(s.Entry, s.Before))], [.. missing.Take(MaxMissing)],
            undelivered.Count > MaxStaged || missing.Count > MaxMissing, unreachable, [.. await AtTheSame(input.Holder, cancellationToken), .. work.Unreadable, .. brought]);
    }

    private async Task<IEnumerable<string>> AtTheSame(string holder, CancellationToken cancellationToken) =>
        (await repositoryLock.OthersAtTheSame(holder, cancellationToken)).Select(other =>
            $"another process does the same: {other.Purpose} ({other}), last heard of at {Telemetry.Human.Time(other.Until - RepositoryLock.Lease)}; both go on");

    private async Task BringManifest(IIpfsNode node, PinsOfNode? pins, ManifestState state, List<string> brought, List<string> problems, CancellationToken cancellationToken)
    {
        if (pins is null) return;
        try
        {
            if (await manifest.BringTo(node, pins.Roots, state, cancellationToken) is > 0 and var count) brought.Add($"{node.Name} lacked {count} revisions of the manifest, and has them now");
        }
        catch (BackupException e)
        {
            problems.Add(e.Message);
        }
    }

    private static List<MissingCopy> MissingCopies(IEnumerable<BackupEntry> backups, StagedWork work, List<PinsOfNode?> held) => [.. backups.SelectMany(backup =>
    {
        var lacking = Enumerable.Range(0, held.Count).Where(at => held[at] is not { } node || !node.Holds(backup)).ToList();
        var isStaged = work.Whole.Any(s => s.Entry.Id == backup.Id && s.Entry.Root == backup.Root);
        return lacking.Where(at => held[at] is not null).Select(at => new MissingCopy(backup, at, isStaged, lacking.Count == 1));
    })];

    private static async Task<PinsOfNode?> PinsOf(IIpfsNode node, List<string> unreachable, CancellationToken cancellationToken)
    {
        try
        {
            var id = (await node.Identify(cancellationToken)).Id;
            var roots = new HashSet<Cid>();
            await foreach (var pin in node.Pins(cancellationToken)) roots.Add(pin.Root);
            return new(id, roots);
        }
        catch (BackupException e)
        {
            unreachable.Add(e.Message);
            return null;
        }
    }

    private sealed record PinsOfNode(string Id, HashSet<Cid> Roots)
    {
        public bool Holds(BackupEntry backup) => backup.Copies.Any(c => c.NodeId == Id) && Roots.Contains(backup.Root);
    }
}
