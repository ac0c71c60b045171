using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>Unpins old revisions and checkpoints of the manifest on one node, see <see cref="OldRevisions"/>, once so many are pinned there that the walk to them is worth it.</summary>
internal sealed class ReleaseRevisionsActivity(RepositorySession session, ICatalog catalog, ManifestStore manifest, IReadOnlyList<IIpfsNode> nodes) : IActivity<ReleaseRevisionsInput, UnpinResult>
{
    /// <summary>How many revisions stay pinned before the old ones go.</summary>
    public int Tolerated { get; init; } = 3 * (int)CheckpointPages.Interval;

    /// <inheritdoc/>
    public ActivityName<ReleaseRevisionsInput, UnpinResult> Name => RetentionActivities.ReleaseRevisions;

    /// <inheritdoc/>
    public async Task<UnpinResult> Run(ReleaseRevisionsInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var node = nodes[input.Node];
        var (revisions, checkpoints) = (PinNames.Manifest(repository.Id), PinNames.Checkpoint(repository.Id));
        var pins = (await node.Pins(cancellationToken).ToListAsync(cancellationToken)).Where(p => p.Name == revisions || p.Name == checkpoints).ToList();
        if (pins.Count <= Tolerated) return new(0);
        var old = await OldRevisions.Find(repository, catalog, await manifest.LoadNewest("release old revisions", null, cancellationToken), cancellationToken);
        var unpinned = 0;
        foreach (var pin in pins.Where(p => old.Contains(p.Root)))
        {
            await node.Unpin(pin.Root, cancellationToken);
            unpinned++;
        }
        return new(unpinned);
    }
}
