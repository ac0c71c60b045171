using System.Runtime.CompilerServices;
using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs;

/// <summary>A raw leaf of a file and its length in bytes.</summary>
public sealed record UnixFsLeaf(Cid Cid, long Size);

/// <summary>
/// Reads directories and files of raw leaves through a <see cref="BlockReader"/>. What the DAG says about sizes is checked against what is read:
/// a contradiction, a malformed node or a tree that is too deep fails with <see cref="ErrorKind.Corrupt"/>, a block that no node holds with
/// <see cref="ErrorKind.NotFound"/>. Thread-safe.
/// </summary>
public sealed class UnixFsReader(BlockReader blocks)
{
    /// <summary>Levels of nodes above the leaves of a file; at 174 links, 8 hold more than any disk.</summary>
    public const int MaxFileDepth = 16;

    /// <summary>The entries of a directory, ordered by the bytes of their names.</summary>
    public async Task<IReadOnlyList<UnixFsEntry>> List(Cid directory, CancellationToken cancellationToken)
    {
        if (directory.Codec != Cid.DagPbCodec) throw BackupException.Corrupt($"list {directory}: it is a file, not a directory");
        return Decode(directory, UnixFsDirectory.Decode, await blocks.Read(directory, cancellationToken));
    }

    /// <summary>
    /// What stands at a path such as <c>data/000/001</c>; an empty path is the root itself. <see cref="ErrorKind.NotFound"/> when a part of
    /// it is absent.
    /// </summary>
    public async Task<Cid> Resolve(Cid root, string path, CancellationToken cancellationToken)
    {
        var at = root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var entry = (await List(at, cancellationToken)).FirstOrDefault(e => e.Name == part);
            at = entry?.Cid ?? throw BackupException.NotFound($"resolve {root}/{path}: no '{part}' in {at}");
        }
        return at;
    }

    /// <summary>
    /// The leaves of a file in order. A file of one leaf is read to know its size. <see cref="ErrorKind.Corrupt"/> when the file says that it is
    /// longer than <paramref name="maxSize"/> bytes: give one where the DAG is not trusted, since few nodes can describe a huge file.
    /// </summary>
    public async IAsyncEnumerable<UnixFsLeaf> Leaves(
        Cid file, long maxSize = long.MaxValue, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (file.Codec == Cid.RawCodec)
        {
            var bytes = await blocks.Read(file, cancellationToken);
            CheckSize(file, bytes.Length, maxSize);
            yield return new(file, bytes.Length);
            yield break;
        }
        var open = new Stack<IEnumerator<Part>>();
        var (parts, size) = await ReadParts(new(file, -1, -1), cancellationToken);
        CheckSize(file, size, maxSize);
        open.Push(parts.GetEnumerator());
        while (open.TryPeek(out var siblings))
        {
            if (!siblings.MoveNext())
            {
                open.Pop();
                continue;
            }
            var part = siblings.Current;
            if (part.Cid.Codec == Cid.RawCodec)
            {
                if (part.Tsize != part.Size)
                    throw BackupException.Corrupt($"read file {file}: leaf {part.Cid} has {part.Size} bytes but Tsize {part.Tsize}");
                yield return new(part.Cid, part.Size);
                continue;
            }
            if (open.Count == MaxFileDepth) throw BackupException.Corrupt($"read file {file}: more than {MaxFileDepth} levels, at {part.Cid}");
            open.Push((await ReadParts(part, cancellationToken)).Parts.GetEnumerator());
        }
    }

    /// <summary>
    /// The blocks of a file in order, verified. Up to <paramref name="readAhead"/> are asked for before they are needed and held in memory.
    /// See <see cref="Leaves"/> for <paramref name="maxSize"/>.
    /// </summary>
    public IAsyncEnumerable<Block> Blocks(Cid file, int readAhead = 4, long maxSize = long.MaxValue, CancellationToken cancellationToken = default) =>
        ReadAhead.Run(Leaves(file, maxSize, cancellationToken), readAhead, (leaf, token) => ReadLeaf(file, leaf, token), cancellationToken);

    /// <summary>Writes the bytes of a file; returns how many.</summary>
    public async Task<long> CopyTo(Cid file, Stream destination, long maxSize = long.MaxValue, CancellationToken cancellationToken = default)
    {
        var written = 0L;
        await foreach (var block in Blocks(file, maxSize: maxSize, cancellationToken: cancellationToken))
        {
            await destination.WriteAsync(block.Data, cancellationToken);
            written += block.Data.Length;
        }
        return written;
    }

    /// <summary>Every CID of a DAG, see <see cref="DagWalk.From"/>.</summary>
    public IAsyncEnumerable<Cid> Walk(Cid root, DagLimits? limits = null, CancellationToken cancellationToken = default) =>
        DagWalk.From(root, blocks.Read, limits, cancellationToken: cancellationToken);

    private async Task<Block> ReadLeaf(Cid file, UnixFsLeaf leaf, CancellationToken cancellationToken)
    {
        var bytes = await blocks.Read(leaf.Cid, cancellationToken);
        if (bytes.Length != leaf.Size)
            throw BackupException.Corrupt($"read file {file}: leaf {leaf.Cid} has {bytes.Length} bytes where the file says {leaf.Size}");
        return new(leaf.Cid, bytes);
    }

    /// <summary>Reads a file node and checks it against its parent's link, where it has one (sizes that are not -1).</summary>
    private async Task<(List<Part> Parts, long Size)> ReadParts(Part node, CancellationToken cancellationToken)
    {
        var bytes = await blocks.Read(node.Cid, cancellationToken);
        return Decode(node.Cid, block =>
        {
            var decoded = DagPb.Decode(block);
            var data = UnixFsData.Decode(decoded.Data.Span);
            if (data.Kind != UnixFsKind.File) throw new FormatException("it is a directory, not a file");
            if (data.BlockSizes.Count == 0 || data.BlockSizes.Count != decoded.Links.Count)
                throw new FormatException($"{decoded.Links.Count} links but {data.BlockSizes.Count} block sizes");
            if (node.Size >= 0 && data.FileSize != node.Size)
                throw new FormatException($"it holds {data.FileSize} bytes where its parent says {node.Size}");
            var tsize = decoded.Links.Aggregate((Int128)bytes.Length, (sum, link) => sum + link.Tsize);
            if (node.Tsize >= 0 && tsize != node.Tsize) throw new FormatException($"its Tsize is {tsize} where its parent says {node.Tsize}");
            return (decoded.Links.Zip(data.BlockSizes, (link, size) => new Part(link.Cid, size, link.Tsize)).ToList(), data.FileSize);
        }, bytes);
    }

    private static T Decode<T>(Cid cid, Func<ReadOnlyMemory<byte>, T> decode, byte[] block)
    {
        try
        {
            return decode(block);
        }
        catch (FormatException e)
        {
            throw BackupException.Corrupt($"decode node {cid}: {e.Message}", e);
        }
    }

    private static void CheckSize(Cid file, long size, long maxSize)
    {
        if (size > maxSize) throw BackupException.Corrupt($"read file {file}: it has {size} bytes, more than the {maxSize} expected");
    }

    private readonly record struct Part(Cid Cid, long Size, long Tsize);
}
