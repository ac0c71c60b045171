using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>
/// Unpins on one node every root, revision, checkpoint and guard of this repository that is sealed under an older epoch. What there is, is read from the node's own pins, so that
/// nothing has to be remembered over a crash; where the node keeps no names, what our keys open is ours. Nothing is unpinned while a listed backup is of an older epoch, or one of the nodes does not pin a listed backup.
/// </summary>
internal sealed class UnpinEpochsActivity(RepositorySession session, ManifestStore manifest, IReadOnlyList<IIpfsNode> copies, DeliveryTargets targets, TimeProvider time)
    : IActivity<UnpinEpochsInput, UnpinEpochsResult>
{
    // a guard has nodes among its blocks, and of somebody else's DAG no more is read than it takes to see that it is not ours
    private const int MostBlocks = 64;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ActivityName<UnpinEpochsInput, UnpinEpochsResult> Name => RotationActivities.UnpinEpochs;

    /// <inheritdoc/>
    public async Task<UnpinEpochsResult> Run(UnpinEpochsInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.LoadNewest("unpin earlier epochs", input.Fence, cancellationToken);
        var repository = await session.Open(cancellationToken);
        var epoch = repository.Keyring.CurrentEpoch;
        if (state.Backups.FirstOrDefault(b => b.Epoch < epoch) is { } left)
            throw new BackupException(ErrorKind.Failed, $"unpin what is sealed under older epochs: backup {left.Id} is not sealed again yet", "run it again, which goes on");
        var node = copies[input.Node];
        var pins = await node.Pins(cancellationToken).ToListAsync(cancellationToken);
        var pinned = pins.Select(p => p.Root).ToHashSet();
        // guards of runs that died, and behind a cluster peer what it has forgotten
        var held = (await node.Holds(cancellationToken).ToListAsync(cancellationToken)).Where(h => !pinned.Contains(h.Root)).ToList();
        var listed = state.Backups.Select(b => b.Root).ToHashSet();
        if (input.Node < targets.Nodes && listed.Except(pinned).FirstOrDefault() is { } lacking && listed.Contains(lacking))
            throw new BackupException(ErrorKind.Failed, $"unpin what is sealed under older epochs on {node.Name}: it does not pin {lacking}, which is listed", "run it again, which copies it there");

        var blocks = new BlockReader([node, .. copies.Where(c => c != node)]);
        var problems = new List<string>();
        var (unpinned, started) = (0, time.GetTimestamp());
        using var opener = repository.Opener();
        foreach (var pin in pins.Concat(held).Where(p => (p.Name.Length == 0 || PinNames.IsOf(repository.Id, p.Name)) && !listed.Contains(p.Root) && p.Root != state.Head))
        {
            if (unpinned > 0 && time.GetElapsedTime(started) >= Turn) return new(unpinned, true, problems);
            try
            {
                var hasName = pin.Name.Length > 0;
                if (await SealedEpoch.Below(blocks, pin.Root, hasName ? int.MaxValue : MostBlocks, cancellationToken) is not { } found || found.Epoch >= epoch) continue;
                if (!hasName) opener.Open(found.Block);
            }
            catch (BackupException e) when (pin.Name.Length == 0 && e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt or ErrorKind.WrongKey)
            {
                continue;
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
            {
                problems.Add($"{node.Name} pins {pin.Root} ({pin.Name}), and what that is cannot be read: {e.Message}");
                continue;
            }
            await (pinned.Contains(pin.Root) ? node.Unpin(pin.Root, cancellationToken) : node.Release(pin.Root, cancellationToken));
            unpinned++;
        }
        return new(unpinned, false, problems);
    }
}
