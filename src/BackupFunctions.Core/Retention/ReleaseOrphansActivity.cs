using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>
/// Releases guards that runs left behind which ended without releasing them. They protect blocks on their way to a pin, so they stay while anything is on its way to this node: a backup that waits in
/// staging, a copy that is missing, a pin that was taken away and not set again. Roots of backups are never touched, listed or not.
/// </summary>
internal sealed class ReleaseOrphansActivity(RepositorySession session, ManifestStore manifest, StagedBackups staged, IReadOnlyList<IIpfsNode> nodes) : IActivity<ReleaseOrphansInput, ReleaseOrphansResult>
{
    // of the blocks of a guard some are directories, which no key opens
    private const int BlocksTried = 64;

    /// <inheritdoc/>
    public ActivityName<ReleaseOrphansInput, ReleaseOrphansResult> Name => RetentionActivities.ReleaseOrphans;

    /// <inheritdoc/>
    public async Task<ReleaseOrphansResult> Run(ReleaseOrphansInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var node = nodes[input.Node];
        var state = await manifest.LoadNewest("release what crashes left", null, cancellationToken);
        var recorded = state.Backups.Concat(state.Removed.Select(t => t.Backup)).Select(b => b.Id).ToHashSet();
        if ((await staged.List(cancellationToken)).Whole.Any(w => !recorded.Contains(w.Entry.Id))) return new(0);
        var roots = await node.Pins(cancellationToken).Select(p => p.Root).ToHashSetAsync(cancellationToken: cancellationToken);
        if (state.Backups.Any(b => !roots.Contains(b.Root))) return new(0);

        using var opener = repository.Opener();
        var released = 0;
        foreach (var pin in await node.Holds(cancellationToken).ToListAsync(cancellationToken))
        {
            if (pin.Name != PinNames.Guard(repository.Id) && (pin.Name.Length > 0 || !await IsGuard(node, opener, pin.Root, cancellationToken))) continue;
            await node.Release(pin.Root, cancellationToken);
            released++;
        }
        return new(released);
    }

    // an import that pins as it goes gives no name: then it is one of ours if it is built as guards are, and our key opens a block below it
    private static async Task<bool> IsGuard(IIpfsNode node, BlockOpener opener, Cid root, CancellationToken cancellationToken)
    {
        var blocks = new BlockReader([node]);
        try
        {
            if (root.Codec != Cid.DagPbCodec || await Links(root) is not [var first, ..] parts || parts.Any(p => p.Codec != Cid.DagPbCodec)) return false;
            if (await Links(first) is not { } leaves || leaves.Any(l => l.Codec != Cid.RawCodec)) return false;
            foreach (var leaf in leaves.Take(BlocksTried))
            {
                if (await node.Get(leaf, cancellationToken) is { } bytes && leaf.Matches(bytes) && Opens(bytes)) return true;
            }
        }
        catch (BackupException e) when (e.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
        {
            // what cannot be read is left alone
        }
        return false;

        async Task<IReadOnlyList<Cid>?> Links(Cid cid)
        {
            try
            {
                var decoded = DagPb.Decode(await blocks.Read(cid, cancellationToken));
                return decoded.Data.Length == 0 && decoded.Links.All(l => l is { Name: "", Tsize: 0 }) ? [.. decoded.Links.Select(l => l.Cid)] : null;
            }
            catch (FormatException)
            {
                return null;
            }
        }

        bool Opens(byte[] block)
        {
            try
            {
                opener.Open(block);
                return true;
            }
            catch (BackupException)
            {
                return false;
            }
        }
    }
}
