using System.Text;

namespace BackupFunctions.Ipfs;

/// <summary>An entry of a directory: its name, its target, and the cumulative size in bytes of the DAG behind it.</summary>
public sealed record UnixFsEntry(string Name, Cid Cid, long Tsize);

/// <summary>Plain (unsharded) UnixFS directories.</summary>
public static class UnixFsDirectory
{
    /// <summary>Largest directory node in bytes: what every Kubo stores. At 60 bytes an entry these are over 17,000 entries.</summary>
    public const int MaxSize = 1024 * 1024;

    /// <summary>Encodes a directory with entries given in any order; also gives its Tsize.</summary>
    /// <exception cref="ArgumentException">
    /// A name is empty, <c>.</c> or <c>..</c>, holds a slash or NUL, comes twice, or the node would exceed <see cref="MaxSize"/>.
    /// </exception>
    public static (Block Block, long Tsize) Encode(IEnumerable<UnixFsEntry> entries)
    {
        var named = entries.Select(e => (Key: Encoding.UTF8.GetBytes(e.Name), Link: new DagPbLink(e.Cid, e.Name, e.Tsize))).ToList();
        named.Sort((a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        var links = named.ConvertAll(n => n.Link);
        if (Problem(links) is { } problem) throw new ArgumentException(problem, nameof(entries));
        var block = DagPb.Encode(new(links, UnixFsData.Directory.Encode()));
        if (block.Data.Length > MaxSize)
            throw new ArgumentException($"directory of {links.Count} entries takes {block.Data.Length} bytes, more than {MaxSize}", nameof(entries));
        return (block, links.Aggregate((long)block.Data.Length, (sum, link) => checked(sum + link.Tsize)));
    }

    /// <summary>Decodes a directory node; its entries are ordered by the bytes of their names.</summary>
    /// <exception cref="FormatException">It is no plain directory, or its names are not usable.</exception>
    public static IReadOnlyList<UnixFsEntry> Decode(ReadOnlyMemory<byte> block)
    {
        var node = DagPb.Decode(block);
        if (UnixFsData.Decode(node.Data.Span).Kind != UnixFsKind.Directory) throw new FormatException("it is a file, not a directory");
        if (Problem(node.Links) is { } problem) throw new FormatException(problem);
        return [.. node.Links.Select(link => new UnixFsEntry(link.Name, link.Cid, link.Tsize))];
    }

    private static string? Problem(IReadOnlyList<DagPbLink> links)
    {
        for (var i = 0; i < links.Count; i++)
        {
            var name = links[i].Name;
            if (name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0')) return $"unusable name '{name}' in a directory";
            if (i > 0 && name == links[i - 1].Name) return $"name '{name}' comes twice in a directory";
        }
        return null;
    }
}
