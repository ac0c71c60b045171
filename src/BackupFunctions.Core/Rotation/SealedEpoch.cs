using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Rotation;

/// <summary>Tells under which epoch something is sealed, by the public header of the first sealed block below a root: a backup, a revision, a checkpoint, or a guard over blocks of one.</summary>
internal static class SealedEpoch
{
    /// <summary>
    /// The first sealed block and its epoch, among so many blocks; null when there is none. Fails as <see cref="BlockReader.Read"/> when a block on the way is not to be had.
    /// </summary>
    public static async Task<(uint Epoch, byte[] Block)?> Below(BlockReader blocks, Cid root, int limit, CancellationToken cancellationToken)
    {
        await foreach (var cid in DagWalk.From(root, blocks.Read, cancellationToken: cancellationToken).Where(c => c.Codec == Cid.RawCodec).Take(limit))
        {
            var block = await blocks.Read(cid, cancellationToken);
            if (Header(block) is { } header) return (header.Epoch, block);
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
