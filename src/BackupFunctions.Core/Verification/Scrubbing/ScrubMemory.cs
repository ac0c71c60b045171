using System.Buffers.Binary;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Verification.Scrubbing;

/// <summary>
/// What a run has read on each node and found good, so that a block that backups share is read once. It is kept in this process alone and holds at most <see cref="MaxBlocks"/> a node (8 bytes of their
/// hashes, some 200 MB at the very most): what does not fit, or was read by another process, may be read once more. Thread-safe.
/// </summary>
internal sealed class ScrubMemory
{
    private const int MaxBlocks = 4_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, (string Run, HashSet<ulong> Blocks)> _nodes = [];

    /// <summary>Whether the run has read it on this node.</summary>
    public bool Knows(string run, int node, Cid cid)
    {
        lock (_gate) return _nodes.TryGetValue(node, out var known) && known.Run == run && known.Blocks.Contains(Key(cid));
    }

    /// <summary>The run has read these; those of an earlier run are forgotten.</summary>
    public void Add(string run, int node, IEnumerable<Cid> cids)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(node, out var known) || known.Run != run) _nodes[node] = known = (run, []);
            foreach (var cid in cids)
            {
                if (known.Blocks.Count == MaxBlocks) return;
                known.Blocks.Add(Key(cid));
            }
        }
    }

    /// <summary>The run has ended on this node.</summary>
    public void Forget(int node)
    {
        lock (_gate) _nodes.Remove(node);
    }

    private static ulong Key(Cid cid)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        cid.Digest.CopyTo(digest);
        // the slice is chosen by the first four bytes
        return BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]);
    }
}
