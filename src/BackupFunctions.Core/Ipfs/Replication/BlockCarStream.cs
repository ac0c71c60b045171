using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>A CAR segment that is made while it is read, out of blocks that are asked for one after the other. Holds one block.</summary>
internal sealed class BlockCarStream : ForwardReadStream
{
    private readonly IAsyncEnumerator<Block> _blocks;
    private readonly MemoryStream _section = new();
    private readonly CarWriter _car;

    /// <summary>Over these blocks, in their order.</summary>
    public BlockCarStream(IAsyncEnumerable<Block> blocks, CancellationToken cancellationToken)
    {
        _blocks = blocks.GetAsyncEnumerator(cancellationToken);
        _car = CarWriter.CreateSegment(_section);
        _section.Position = 0;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_section.Position == _section.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (buffer.IsEmpty || !await _blocks.MoveNextAsync()) return 0;
            _section.SetLength(0);
            _car.Write(_blocks.Current);
            _section.Position = 0;
        }
        return _section.Read(buffer.Span);
    }

    /// <summary>Not supported: blocks are asked for asynchronously.</summary>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("a CAR that is made while it is read is read asynchronously");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _blocks.DisposeAsync();
        await base.DisposeAsync();
    }
}
