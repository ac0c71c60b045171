using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFunctions.Ambient;

namespace BackupFunctions.Restore;

/// <summary>
/// A temporary file for what memory has no room for, each record sealed by AES-256-GCM. The key is random, is kept in memory alone and used for this one
/// file; the nonce is a counter of records that is never set back, so that no (key, nonce) occurs twice. The file never gets its name, and is
/// deleted when this is disposed. Not thread-safe.
/// </summary>
internal sealed class SealedSpill : IDisposable
{
    private const int KeySize = 32, NonceSize = 12, TagSize = 16;

    private readonly PendingFile _file;
    private readonly AesGcm _aes;
    private ulong _records;
    private long _end;
    private int _held;

    public SealedSpill(string directory, IFiles files, IRandomSource random)
    {
        Span<byte> key = stackalloc byte[KeySize];
        random.Fill(key);
        Span<byte> name = stackalloc byte[8];
        random.Fill(name);
        _file = files.Create(Path.Combine(directory, $"replay-{Convert.ToHexStringLower(name)}"), ownerOnly: true);
        _aes = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>A record's place, and the number that is its nonce.</summary>
    internal readonly record struct Record(ulong Number, long Offset, int Length);

    public async ValueTask<Record> Write(ReadOnlyMemory<byte> plaintext, CancellationToken cancellationToken)
    {
        var record = new Record(_records++, _end, plaintext.Length);
        var length = plaintext.Length + TagSize;
        var sealedBytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Seal(record.Number, plaintext.Span, sealedBytes);
            _file.Stream.Position = record.Offset;
            await _file.Stream.WriteAsync(sealedBytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sealedBytes);
        }
        _end += length;
        _held++;
        return record;
    }

    public async ValueTask<byte[]> Read(Record record, CancellationToken cancellationToken)
    {
        var length = record.Length + TagSize;
        var sealedBytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            _file.Stream.Position = record.Offset;
            await _file.Stream.ReadExactlyAsync(sealedBytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            return Open(record, sealedBytes);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw BackupException.Corrupt($"read back transaction from its temporary file at {record.Offset}: tag mismatch", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sealedBytes);
        }
    }

    /// <summary>Gives a record up; when none is left, the file is empty again.</summary>
    public void Release()
    {
        if (--_held > 0) return;
        _end = 0;
        _file.Stream.SetLength(0);
    }

    public void Dispose()
    {
        _aes.Dispose();
        _file.Dispose();
    }

    private void Seal(ulong number, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(number, nonce);
        _aes.Encrypt(nonce, plaintext, destination[..plaintext.Length], destination.Slice(plaintext.Length, TagSize));
    }

    private byte[] Open(Record record, ReadOnlySpan<byte> sealedBytes)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        Nonce(record.Number, nonce);
        var plaintext = new byte[record.Length];
        _aes.Decrypt(nonce, sealedBytes[..record.Length], sealedBytes.Slice(record.Length, TagSize), plaintext);
        return plaintext;
    }

    private static void Nonce(ulong number, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, number);
    }
}
