using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Verification;

/// <summary>What disks do to blocks.</summary>
internal static class BitRot
{
    /// <summary>Another byte, an end that is missing, or nothing at all; a block that the node does not hold stays so.</summary>
    public static void Damage(StoringNode node, Cid cid, Random random, bool remove = true)
    {
        if (!node.Blocks.TryGetValue(cid, out var bytes)) return;
        var kind = random.Next(remove ? 3 : 2);
        if (kind == 2) node.Blocks.TryRemove(cid, out _);
        else if (kind == 1) node.Blocks[cid] = bytes[..^1];
        else
        {
            var changed = bytes.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            node.Blocks[cid] = changed;
        }
    }
}
