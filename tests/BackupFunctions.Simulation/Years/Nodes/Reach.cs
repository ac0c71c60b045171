using System.Collections.Concurrent;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Simulation.Years.Nodes;

/// <summary>
/// Which blocks a root reaches, found by a walk of its own and remembered: what a hash names never changes, and so neither does what lies below it.
/// </summary>
internal static class Reach
{
    private static readonly ConcurrentDictionary<Cid, Hash256[]> s_known = [];

    /// <summary>The blocks of a DAG, the root among them; <see cref="ErrorKind.NotFound"/> when a node on the way is missing or damaged.</summary>
    public static IReadOnlyList<Hash256> Of(Cid root, Func<Hash256, byte[]?> read)
    {
        if (s_known.TryGetValue(root, out var known)) return known;
        var (found, open) = (new HashSet<Hash256>(), new Stack<Cid>([root]));
        while (open.TryPop(out var cid))
        {
            if (!found.Add(cid.Digest) || cid.Codec == Cid.RawCodec) continue;
            if (read(cid.Digest) is not { } bytes || !cid.Matches(bytes)) throw BackupException.NotFound($"walk {root}: node {cid} is missing or damaged");
            foreach (var link in DagPb.Decode(bytes).Links) open.Push(link.Cid);
        }
        return s_known[root] = [.. found];
    }

    /// <summary>The same, when it was found before.</summary>
    public static IReadOnlyList<Hash256>? Known(Cid root) => s_known.GetValueOrDefault(root);

    /// <summary>Forgets all but these.</summary>
    public static void KeepOnly(IReadOnlySet<Cid> roots)
    {
        foreach (var root in s_known.Keys.Where(r => !roots.Contains(r)).ToList()) s_known.TryRemove(root, out _);
    }
}
