using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>
/// Unpins on one node every root, revision, checkpoint and guard of this repository that is sealed under an older epoch. What there is, is read from the node's own pins, so that
/// nothing has to be remembered over a crash. Nothing is unpinned while a listed backup is of an older epoch, or one of the nodes does not pin a listed backup.
/// </summary>
internal sealed class UnpinEpochsActivity(RepositorySession session, ManifestStore manifest, IReadOnlyList<IIpfsNode> copies, DeliveryTargets targets, TimeProvider time)
    : IActivity<UnpinEpochsInput, UnpinEpochsResult>
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ActivityName<UnpinEpochsInput, UnpinEpochsResult> Name => RotationActivities.UnpinEpochs;

    /// <inheritdoc/>
    public async Task<UnpinEpochsResult> Run(UnpinEpochsInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.LoadNewest(input.Fence, cancellationToken);
        var repository = await session.Open(cancellationToken);
        var epoch = repository.Keyring.CurrentEpoch;
        if (state.Backups.FirstOrDefault(b => b.Epoch < epoch) is { } left)
            throw new BackupException(ErrorKind.Failed, $"unpin what is sealed under older epochs: backup {left.Id} is not sealed again yet", "run it again, which goes on");
        var node = copies[input.Node];
        var pins = new List<PinnedRoot>();
        await foreach (var pin in node.Pins(cancellationToken)) if (PinNames.IsOf(repository.Id, pin.Name)) pins.Add(pin);
        var listed = state.Backups.Select(b => b.Root).ToHashSet();
        if (input.Node < targets.Nodes && listed.Except(pins.Select(p => p.Root)).FirstOrDefault() is { } lacking && listed.Contains(lacking))
            throw new BackupException(ErrorKind.Failed, $"unpin what is sealed under older epochs on {node.Name}: it does not pin {lacking}, which is listed", "run it again, which copies it there");

        var blocks = new BlockReader([node, .. copies.Where(c => c != node)]);
        var problems = new List<string>();
        var (unpinned, started) = (0, time.GetTimestamp());
        foreach (var pin in pins.Where(p => !listed.Contains(p.Root) && p.Root != state.Head))
        {
            if (unpinned > 0 && time.GetElapsedTime(started) >= Turn) return new(unpinned, true, problems);
            try
            {
                if (await SealedEpoch.Below(blocks, pin.Root, cancellationToken) is not { } sealedUnder || sealedUnder >= epoch) continue;
            }
            catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt)
            {
                problems.Add($"{node.Name} pins {pin.Root} ({pin.Name}), and what that is cannot be read: {e.Message}");
                continue;
            }
            await node.Unpin(pin.Root, cancellationToken);
            unpinned++;
        }
        return new(unpinned, false, problems);
    }
}
