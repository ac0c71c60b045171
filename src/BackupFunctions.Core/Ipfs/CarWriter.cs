namespace BackupFunctions.Ipfs;

/// <summary>
/// Writes a CARv1 stream: a header, then per block a varint length, the CID and the bytes. Writes straight through to the stream, which it does not
/// dispose or flush; there is nothing to finish. Not thread-safe.
/// </summary>
public sealed class CarWriter
{
    private const int MaxHead = Varint.MaxSize + Cid.Size;

    private readonly Stream _stream;
    private readonly byte[] _head = new byte[MaxHead];

    private CarWriter(Stream stream, ReadOnlySpan<byte> root)
    {
        _stream = stream;
        var header = CarHeader.Encode(root);
        stream.Write(header);
        BytesWritten = header.Length;
    }

    /// <summary>Bytes written to the stream, header included.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Blocks written.</summary>
    public long Blocks { get; private set; }

    /// <summary>Starts a CAR that is a part of a DAG: its root is the identity CID <c>bafkqaaa</c>.</summary>
    public static CarWriter CreateSegment(Stream stream) => new(stream, CarHeader.IdentityRoot);

    /// <summary>Starts a CAR with this root.</summary>
    public static CarWriter CreateWithRoot(Stream stream, Cid root) => new(stream, root.ToArray());

    /// <summary>Bytes that a block takes in a CAR.</summary>
    public static long SizeOf(int dataLength) => Varint.SizeOf(Cid.Size + dataLength) + Cid.Size + dataLength;

    /// <summary>Appends a block.</summary>
    public void Write(Block block)
    {
        var head = Head(block);
        _stream.Write(_head, 0, head);
        _stream.Write(block.Data.Span);
        Count(head, block);
    }

    /// <summary>Appends a block.</summary>
    public async ValueTask WriteAsync(Block block, CancellationToken cancellationToken)
    {
        var head = Head(block);
        await _stream.WriteAsync(_head.AsMemory(0, head), cancellationToken);
        await _stream.WriteAsync(block.Data, cancellationToken);
        Count(head, block);
    }

    /// <summary>Appends all blocks of another CAR, verified on the way.</summary>
    public async Task Append(CarReader segment, CancellationToken cancellationToken)
    {
        await foreach (var block in segment.Blocks(cancellationToken)) await WriteAsync(block, cancellationToken);
    }

    private int Head(Block block)
    {
        if (block.Data.Length > BlockReader.MaxBlockSize)
            throw new ArgumentException($"block {block.Cid} has {block.Data.Length} bytes, more than {BlockReader.MaxBlockSize}", nameof(block));
        var varint = Varint.Write(_head, Cid.Size + block.Data.Length);
        block.Cid.CopyTo(_head.AsSpan(varint));
        return varint + Cid.Size;
    }

    private void Count(int head, Block block)
    {
        BytesWritten += head + block.Data.Length;
        Blocks++;
    }
}
