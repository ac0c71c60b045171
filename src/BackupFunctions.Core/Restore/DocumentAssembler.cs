using System.Buffers;
using System.Buffers.Binary;

namespace BackupFunctions.Restore;

/// <summary>Cuts a stream of plaintext stretches back into BSON documents; a document may span several stretches.</summary>
internal sealed class DocumentAssembler
{
    private const int MinDocument = 5;

    /// <summary>16 MiB, and 16 KiB that the server allows itself on top.</summary>
    private const int MaxDocument = (16 * 1024 * 1024) + (16 * 1024);

    private readonly ArrayBufferWriter<byte> _open = new();

    /// <summary>Documents that this stretch completes, copied, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Add(ReadOnlyMemory<byte> stretch)
    {
        byte[] bytes = [.. _open.WrittenSpan, .. stretch.Span];
        _open.ResetWrittenCount();
        var documents = new List<ReadOnlyMemory<byte>>();
        var at = 0;
        while (Length(bytes.AsSpan(at)) is { } length && at + length <= bytes.Length)
        {
            documents.Add(bytes.AsMemory(at, length));
            at += length;
        }
        _open.Write(bytes.AsSpan(at));
        return documents;
    }

    /// <summary>Fails when the stream ended inside a document.</summary>
    public void Finish()
    {
        if (_open.WrittenCount > 0) throw BackupException.Corrupt($"read documents: the stream ends {_open.WrittenCount} bytes into a document");
    }

    private static int? Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(int)) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length is >= MinDocument and <= MaxDocument ? length : throw BackupException.Corrupt($"read documents: impossible length {length}");
    }
}
