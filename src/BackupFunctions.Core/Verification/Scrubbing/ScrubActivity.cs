using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification.Scrubbing;

/// <summary>
/// Reads what one copy should hold: first the revisions of the manifest since its newest checkpoint with that checkpoint, then the backups by their ids, one file after the other. A node should hold the
/// backups of which the manifest lists a copy there; the local vault, which stands behind the nodes, those that it has pinned. A file is the least that a turn reads: some gigabytes at most.
/// </summary>
internal sealed class ScrubActivity(
    RepositorySession session, ManifestStore manifest, IReadOnlyList<IIpfsNode> copies, BlockHealing healing, ScrubMemory memory, TimeProvider time) : IActivity<ScrubTurnInput, ScrubTurn>
{
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public ActivityName<ScrubTurnInput, ScrubTurn> Name => ScrubActivities.Scrub;

    /// <inheritdoc/>
    public async Task<ScrubTurn> Run(ScrubTurnInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var state = await manifest.Load(cancellationToken);
        var node = copies[input.Node];
        var others = copies.Where(c => c != node).ToList();
        var scrub = new PartScrub(node, others, healing, memory, input);
        var anywhere = new BlockReader([node, .. others]);
        var pinned = new HashSet<Cid>();
        await foreach (var pin in node.Pins(cancellationToken)) pinned.Add(pin.Root);
        var isNode = repository.Nodes.Contains(node);
        var backups = state.Backups.Where(b => isNode ? b.Copies.Any(c => c.NodeId == input.NodeId) : pinned.Contains(b.Root)).ToList();
        var affected = new List<BackupId>();

        var started = time.GetTimestamp();
        if (input.From is null && isNode)
        {
            foreach (var revision in state.Revisions) await Manifest(revision, PinNames.Manifest(repository.Id));
            if (state.Checkpoint is { } checkpoint) await Manifest(checkpoint.Root, PinNames.Checkpoint(repository.Id));
        }

        for (var at = 0; at < backups.Count; at++)
        {
            var backup = backups[at];
            if (input.From is { } from && backup.Id.CompareTo(from.Backup) < 0) continue;
            var goesOn = input.From is { } position && position.Backup == backup.Id ? position : new(backup.Id, 0, false);
            if (goesOn.File == 0 && !pinned.Contains(backup.Root) && !goesOn.PinTried)
                return Result(new UnpinnedRoot(backup.Id, backup.Root), at, goesOn with { PinTried = true });
            var parts = await BackupParts.Of(backup.Root, anywhere, cancellationToken);
            for (var file = goesOn.File; file < parts.Count; file++)
            {
                if (time.GetElapsedTime(started) >= Turn && (file > goesOn.File || backup.Id != input.From?.Backup)) return Result(null, at, new(backup.Id, file, true));
                if (!await scrub.Run(parts[file], everyLeaf: false, cancellationToken) && !affected.Contains(backup.Id)) affected.Add(backup.Id);
            }
        }
        memory.Forget(input.Node);
        return Result(null, backups.Count, null);

        ScrubTurn Result(UnpinnedRoot? unpinned, int done, ScrubPosition? next) =>
            new(scrub.Hashed, scrub.Healed, scrub.Lost, scrub.Unhealed, affected, scrub.Problem, unpinned, done, backups.Count, next);

        // small, and what everything else is found by
        async Task Manifest(Cid root, string pinName)
        {
            var whole = true;
            foreach (var part in await BackupParts.Of(root, anywhere, cancellationToken)) whole &= await scrub.Run(part, everyLeaf: true, cancellationToken);
            if (!whole || pinned.Contains(root)) return;
            // what was healed, or found below no pin, may be collected until it is pinned
            await RevisionPublisher.Copy(repository.Id, [node], anywhere, root, pinName, cancellationToken);
        }
    }
}
