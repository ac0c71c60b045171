using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>Unpins on one node the revisions and checkpoints of the manifest that nobody reads any more, see <see cref="OldRevisions"/>.</summary>
internal sealed class ReleaseRevisionsActivity(RepositorySession session, ICatalog catalog, ManifestStore manifest, IReadOnlyList<IIpfsNode> nodes) : IActivity<ReleaseRevisionsInput, UnpinResult>
{
    /// <inheritdoc/>
    public ActivityName<ReleaseRevisionsInput, UnpinResult> Name => RetentionActivities.ReleaseRevisions;

    /// <inheritdoc/>
    public async Task<UnpinResult> Run(ReleaseRevisionsInput input, CancellationToken cancellationToken)
    {
        var node = nodes[input.Node];
        // before the manifest: what is written in between is not looked at
        var pins = await node.Pins(cancellationToken).ToListAsync(cancellationToken);
        var state = await manifest.LoadNewest("release old revisions", null, cancellationToken);
        var repository = await session.Open(cancellationToken);
        var old = await new OldRevisions(repository, catalog, state).Among(Named(PinNames.Manifest(repository.Id)), Named(PinNames.Checkpoint(repository.Id)), cancellationToken);
        foreach (var root in old) await node.Unpin(root, cancellationToken);
        return new(old.Count);

        HashSet<Cid> Named(string name) => [.. pins.Where(p => p.Name == name).Select(p => p.Root)];
    }
}
