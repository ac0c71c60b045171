namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Builds a guard: a DAG over blocks that are on their way to a node and that no pin reaches yet. Held there (<see cref="IIpfsNode.Hold"/>), it
/// keeps a garbage collection away from them. Every block is linked as a raw leaf, whatever it is, so that holding it asks for exactly these
/// blocks; nodes keep blocks by their hash, so that the codec makes no difference. Keeps one open node. Not thread-safe.
/// </summary>
internal sealed class GuardBuilder(Action<Block> emit)
{
    private const int Width = 1024;

    private readonly List<DagPbLink> _blocks = [];
    private readonly List<DagPbLink> _nodes = [];

    /// <summary>Links a block.</summary>
    public void Add(Cid cid)
    {
        _blocks.Add(new(new Cid(Cid.RawCodec, cid.Digest), "", 0));
        if (_blocks.Count == Width) Close();
    }

    /// <summary>Closes what is open, and gives the root of the guard, whose block was emitted last.</summary>
    public Cid Finish()
    {
        if (_blocks.Count > 0) Close();
        return Emit(_nodes);
    }

    private void Close()
    {
        _nodes.Add(new(Emit(_blocks), "", 0));
        _blocks.Clear();
    }

    private Cid Emit(List<DagPbLink> links)
    {
        var block = DagPb.Encode(new(links, ReadOnlyMemory<byte>.Empty));
        emit(block);
        return block.Cid;
    }
}
