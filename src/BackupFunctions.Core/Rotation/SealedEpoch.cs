using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Rotation;

/// <summary>Tells under which epoch something is sealed, by the public header of the first sealed block below a root: a backup, a revision, a checkpoint, or a guard over blocks of one.</summary>
internal static class SealedEpoch
{
    /// <summary>The epoch; null when there is no sealed block. Fails as <see cref="BlockReader.Read"/> when a block on the way is not to be had.</summary>
    public static async Task<uint?> Below(BlockReader blocks, Cid root, CancellationToken cancellationToken)
    {
        await foreach (var cid in DagWalk.From(root, blocks.Read, cancellationToken: cancellationToken))
        {
            if (cid.Codec == Cid.RawCodec && Header(await blocks.Read(cid, cancellationToken)) is { } header) return header.Epoch;
        }
        return null;
    }

    private static BlockHeader? Header(byte[] block)
    {
        try
        {
            return BlockHeader.Parse(block);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Corrupt)
        {
            return null;
        }
    }
}
