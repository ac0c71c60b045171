using System.Buffers.Binary;
using System.IO.Compression;
using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>
/// Unpacks a gzip file and checks at its end that all of it was there: .NET's own stream ends quietly where a file is cut off. Files of several
/// gzip parts, which mongodump does not write, are refused. Owns the file. Not thread-safe.
/// </summary>
internal sealed class GzipReadStream : ForwardReadStream
{
    private static readonly CrcTable Crc32 = new(0xEDB88320);
    private readonly TailStream _file;
    private readonly GZipStream _gzip;
    private ulong _crc = uint.MaxValue;
    private long _length;

    public GzipReadStream(Stream file)
    {
        _file = new(file);
        _gzip = new(_file, CompressionMode.Decompress);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data is no gzip, changed or cut off.</exception>
    public override int Read(Span<byte> buffer) => Taken(buffer, _gzip.Read(buffer));

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data is no gzip, changed or cut off.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _gzip.ReadAsync(buffer, cancellationToken);
        return Taken(buffer.Span, count);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    private int Taken(ReadOnlySpan<byte> buffer, int count)
    {
        _crc = Crc32.Fold(_crc, buffer[..count]);
        _length += count;
        if (count == 0 && buffer.Length > 0) CheckTrailer();
        return count;
    }

    private void CheckTrailer()
    {
        var trailer = _file.Last();
        if (trailer.Length == TailStream.Kept && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == (uint)~_crc
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) == (uint)_length) return;
        throw new InvalidDataException("gzip data is cut off, or is not one gzip stream alone");
    }

    /// <summary>Passes a file on and remembers its last bytes, which are the trailer of the gzip stream: checksum and length.</summary>
    private sealed class TailStream(Stream file) : ForwardReadStream
    {
        public const int Kept = 8;
        private readonly byte[] _tail = new byte[Kept];
        private int _count;

        /// <summary>The last bytes of the file, after reading what nobody has asked for.</summary>
        public ReadOnlySpan<byte> Last()
        {
            Span<byte> rest = stackalloc byte[4096];
            while (Read(rest) > 0)
            {
            }
            return _tail.AsSpan(0, _count);
        }

        public override int Read(Span<byte> buffer) => Keep(buffer, file.Read(buffer));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await file.ReadAsync(buffer, cancellationToken);
            return Keep(buffer.Span, count);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }

        private int Keep(ReadOnlySpan<byte> buffer, int count)
        {
            var read = buffer[..count];
            if (read.Length > Kept) read = read[^Kept..];
            var stays = Math.Min(_count, Kept - read.Length);
            _tail.AsSpan(_count - stays, stays).CopyTo(_tail);
            read.CopyTo(_tail.AsSpan(stays));
            _count = stays + read.Length;
            return count;
        }
    }
}
