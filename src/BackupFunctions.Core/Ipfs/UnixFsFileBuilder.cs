namespace BackupFunctions.Ipfs;

/// <summary>A file: its root, its bytes, and the cumulative size of its DAG (what a directory link to it carries).</summary>
public sealed record UnixFsFile(Cid Root, long Size, long Tsize);

/// <summary>
/// Builds the balanced tree over the raw leaves of one file, as Kubo does with raw leaves and 174 links per node. Keeps one open node per
/// level; closed nodes go to <c>emit</c> at once, children before parents. Not thread-safe.
/// </summary>
public sealed class UnixFsFileBuilder
{
    /// <summary>Links per node.</summary>
    public const int Width = 174;

    private readonly Action<Block> _emit;
    private readonly List<OpenNode> _levels = [new()];
    private bool _finished;

    /// <summary>The builder of one file; <paramref name="emit"/> gets the nodes, not the leaves.</summary>
    public UnixFsFileBuilder(Action<Block> emit) => _emit = emit;

    /// <summary>Appends a raw leaf of <paramref name="size"/> bytes (more than 0), whose block the caller stores.</summary>
    public void AddLeaf(Cid cid, long size)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (cid.Codec != Cid.RawCodec) throw new ArgumentException($"a leaf is a raw block, got {cid}", nameof(cid));
        Add(0, cid, size, size);
    }

    /// <summary>
    /// Closes what is open. A file of one leaf is that leaf; a file without leaves is the empty raw leaf, which is emitted too because nobody
    /// else holds it.
    /// </summary>
    public UnixFsFile Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        _finished = true;
        if (_levels is [{ Links.Count: 0 }])
        {
            var empty = new Block(Cid.Raw([]), ReadOnlyMemory<byte>.Empty);
            _emit(empty);
            return new(empty.Cid, 0, 0);
        }
        for (var level = 0; level < _levels.Count - 1; level++) Close(level);
        if (_levels[^1].Links.Count > 1) Close(_levels.Count - 1);
        var root = _levels[^1];
        return new(root.Links[0].Cid, root.Sizes[0], root.Links[0].Tsize);
    }

    private void Add(int level, Cid cid, long size, long tsize)
    {
        if (level == _levels.Count) _levels.Add(new());
        _levels[level].Links.Add(new(cid, "", tsize));
        _levels[level].Sizes.Add(size);
        if (_levels[level].Links.Count == Width) Close(level);
    }

    private void Close(int level)
    {
        var (links, sizes) = (_levels[level].Links, _levels[level].Sizes);
        if (links.Count == 0) return;
        var data = new UnixFsData(UnixFsKind.File, sizes);
        var block = DagPb.Encode(new(links, data.Encode()));
        var (size, tsize) = (data.FileSize, links.Aggregate((long)block.Data.Length, (sum, link) => checked(sum + link.Tsize)));
        links.Clear();
        sizes.Clear();
        _emit(block);
        Add(level + 1, block.Cid, size, tsize);
    }

    private sealed class OpenNode
    {
        public List<DagPbLink> Links { get; } = new(Width);
        public List<long> Sizes { get; } = new(Width);
    }
}
