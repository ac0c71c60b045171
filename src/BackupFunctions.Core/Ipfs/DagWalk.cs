using System.Runtime.CompilerServices;

namespace BackupFunctions.Ipfs;

/// <summary>Bounds of a walk, against DAGs that were made to exhaust us.</summary>
/// <param name="MaxDepth">Nodes from the root to a leaf; the default is 32 (our backups have under 10).</param>
/// <param name="MaxNodes">Different dag-pb nodes; the default is 1,000,000 (170 million leaves).</param>
public sealed record DagLimits(int MaxDepth = 32, int MaxNodes = 1_000_000);

/// <summary>Enumerates the blocks of a DAG.</summary>
public static class DagWalk
{
    /// <summary>
    /// Yields every dag-pb node once, parents first, and every leaf as often as different nodes link to it. <paramref name="read"/> gets verified
    /// bytes of nodes; leaves are not read. Holds one list of CIDs per level, and a set of the nodes seen. A node in <paramref name="skip"/> is
    /// passed over with all below it. Fails with <see cref="ErrorKind.Corrupt"/> for a malformed node or one beyond the limits.
    /// </summary>
    public static async IAsyncEnumerable<Cid> From(
        Cid root,
        Func<Cid, CancellationToken, Task<byte[]>> read,
        DagLimits? limits = null,
        Func<Cid, bool>? skip = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        limits ??= new();
        var seen = new HashSet<Cid>();
        var open = new Stack<IEnumerator<Cid>>();
        open.Push(new List<Cid> { root }.GetEnumerator());
        while (open.TryPeek(out var links))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!links.MoveNext())
            {
                open.Pop();
                continue;
            }
            var cid = links.Current;
            if (cid.Codec == Cid.RawCodec)
            {
                yield return cid;
                continue;
            }
            if (skip?.Invoke(cid) == true || !seen.Add(cid)) continue;
            if (seen.Count > limits.MaxNodes) throw BackupException.Corrupt($"walk {root}: more than {limits.MaxNodes} nodes");
            if (open.Count > limits.MaxDepth) throw BackupException.Corrupt($"walk {root}: more than {limits.MaxDepth} levels, at {cid}");
            yield return cid;
            open.Push(Links(cid, await read(cid, cancellationToken)).GetEnumerator());
        }
    }

    private static List<Cid> Links(Cid cid, byte[] block)
    {
        try
        {
            return [.. DagPb.Decode(block).Links.Select(link => link.Cid)];
        }
        catch (FormatException e)
        {
            throw BackupException.Corrupt($"decode node {cid}: {e.Message}", e);
        }
    }
}
