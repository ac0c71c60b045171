using System.Buffers;
using System.Runtime.CompilerServices;

namespace BackupFunctions.Ipfs;

/// <summary>
/// Reads a CARv1 stream of untrusted bytes front to back, verifying every block, in memory bounded by the largest block. Whatever is wrong fails with
/// <see cref="ErrorKind.Corrupt"/> and names the offset. The stream is not disposed. Not thread-safe.
/// </summary>
public sealed class CarReader
{
    private const int ReadSize = 128 * 1024;

    private readonly Stream _stream;
    private readonly bool _verify;
    private byte[] _buffer = new byte[2 * ReadSize];
    private int _start, _end;
    private long _remaining;

    private CarReader(Stream stream, long length, bool verify) => (_stream, _remaining, _verify) = (stream, length, verify);

    /// <summary>The roots that are CIDs of ours, in order.</summary>
    public IReadOnlyList<Cid> Roots { get; private set; } = [];

    /// <summary>All roots as binary CIDs of any kind.</summary>
    public IReadOnlyList<byte[]> RawRoots { get; private set; } = [];

    /// <summary>Bytes of the stream that have been taken, header included.</summary>
    public long Position { get; private set; }

    /// <summary>Where the section of the last block starts in the stream.</summary>
    public long SectionOffset { get; private set; }

    /// <summary>Reads the header.</summary>
    public static Task<CarReader> Open(Stream stream, CancellationToken cancellationToken) =>
        Open(stream, long.MaxValue, verify: true, cancellationToken);

    /// <summary>
    /// Reads the header of a CAR of at most <paramref name="length"/> bytes, whose blocks are hashed only when <paramref name="verify"/>.
    /// </summary>
    internal static async Task<CarReader> Open(Stream stream, long length, bool verify, CancellationToken cancellationToken)
    {
        var reader = new CarReader(stream, length, verify);
        await reader.ReadHeader(cancellationToken);
        return reader;
    }

    /// <summary>
    /// The blocks in order. The data of a block is a view of a buffer that is used again for the next: copy what is to be kept.
    /// Can be enumerated once.
    /// </summary>
    public async IAsyncEnumerable<Block> Blocks([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadLength("section", Cid.Size + BlockReader.MaxBlockSize, cancellationToken) is { } length)
        {
            await Ensure(length, "section", cancellationToken);
            var block = Section(_buffer.AsMemory(_start, length));
            Take(length);
            yield return block;
        }
    }

    private async Task ReadHeader(CancellationToken cancellationToken)
    {
        var length = await ReadLength("header", CarHeader.MaxSize, cancellationToken) ?? throw Problem(0, "truncated: it is empty");
        await Ensure(length, "header", cancellationToken);
        try
        {
            RawRoots = CarHeader.Decode(_buffer.AsSpan(_start, length));
        }
        catch (FormatException e)
        {
            throw Problem(0, e.Message, e);
        }
        Roots = [.. RawRoots.Where(IsOurs).Select(root => Cid.FromBytes(root))];
        Take(length);
    }

    private Block Section(ReadOnlyMemory<byte> section)
    {
        var span = section.Span;
        if (span.StartsWith((ReadOnlySpan<byte>)[0x12, 0x20])) throw Problem(SectionOffset, "block has a CID of version 0, want version 1");
        if (span[0] != 1) throw Problem(SectionOffset, $"block has a CID of version {span[0]}, want version 1");
        if (span.Length < Cid.Size || !IsOurs(span[..Cid.Size]))
        {
            var prefix = Convert.ToHexStringLower(span[..Math.Min(4, span.Length)]);
            throw Problem(SectionOffset, $"unsupported CID {prefix}…, want raw or dag-pb (55, 70) with sha2-256 (1220)");
        }
        var (cid, data) = (Cid.FromBytes(span[..Cid.Size]), section[Cid.Size..]);
        if (_verify && !cid.Matches(data.Span))
            throw Problem(SectionOffset, $"block {cid} of {data.Length} bytes hashes to {Hash256.Sha256(data.Span)}, not to {cid.Digest}");
        return new(cid, data);
    }

    private static bool IsOurs(ReadOnlySpan<byte> cid) =>
        cid.Length == Cid.Size && cid[0] == 1 && cid[1] is Cid.RawCodec or Cid.DagPbCodec && cid[2] == 0x12 && cid[3] == Hash256.Size;

    private static bool IsOurs(byte[] cid) => IsOurs(cid.AsSpan());

    /// <summary>Takes the varint of a header or section; null at the end of the stream.</summary>
    private async ValueTask<int?> ReadLength(string what, int limit, CancellationToken cancellationToken)
    {
        SectionOffset = Position;
        await Fill(Varint.MaxSize, cancellationToken);
        if (_start == _end) return null;
        var status = Varint.Read(_buffer.AsSpan(_start, _end - _start), out var length, out var size);
        if (status == OperationStatus.NeedMoreData) throw Problem(SectionOffset, $"truncated: the length of the {what} ends early");
        if (status == OperationStatus.InvalidData) throw Problem(SectionOffset, $"the length of the {what} is not a shortest varint");
        if (length == 0) throw Problem(SectionOffset, $"{what} is empty");
        if (length > limit) throw Problem(SectionOffset, $"{what} of {length} bytes, over the limit of {limit}");
        Take(size);
        return (int)length;
    }

    private async ValueTask Ensure(int length, string what, CancellationToken cancellationToken)
    {
        await Fill(length, cancellationToken);
        if (_end - _start < length) throw Problem(SectionOffset, $"truncated: {what} of {length} bytes ends after {_end - _start}");
    }

    /// <summary>Reads until the buffer holds this many bytes in one piece, or the stream ends.</summary>
    private async ValueTask Fill(int length, CancellationToken cancellationToken)
    {
        if (_end - _start >= length) return;
        if (_start + length > _buffer.Length)
        {
            var target = length > _buffer.Length ? new byte[length + ReadSize] : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
            (_buffer, _start, _end) = (target, 0, _end - _start);
        }
        while (_end - _start < length)
        {
            var room = (int)Math.Min(_buffer.Length - _end, _remaining);
            var read = room == 0 ? 0 : await _stream.ReadAsync(_buffer.AsMemory(_end, room), cancellationToken);
            if (read == 0) return;
            _end += read;
            _remaining -= read;
        }
    }

    private void Take(int length)
    {
        _start += length;
        Position += length;
    }

    private static BackupException Problem(long offset, string message, Exception? inner = null) =>
        BackupException.Corrupt($"read CAR at byte {offset}: {message}", inner);
}
