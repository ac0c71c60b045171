using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace BackupFunctions.Ipfs;

/// <summary>
/// A pack of a vault: one CARv2 file with an index sorted by digest (0x0400), as any CAR tool reads it. Offsets count from the start of the CARv1
/// payload inside. Source: ipld.io/specs/transport/car/carv2.
/// </summary>
internal static class VaultPack
{
    /// <summary>Where the payload starts: behind the pragma (11 bytes) and the header (40 bytes).</summary>
    public const int PayloadOffset = 51;

    private const int PragmaSize = 11, RecordSize = Hash256.Size + 8, IndexHeadSize = 2 + 4 + 4 + 8;
    private static ReadOnlySpan<byte> Pragma => [0x0a, 0xa1, 0x67, (byte)'v', (byte)'e', (byte)'r', (byte)'s', (byte)'i', (byte)'o', (byte)'n', 2];
    private static ReadOnlySpan<byte> SortedIndexCodec => [0x80, 0x08];

    /// <summary>The pragma and header of a pack whose payload has this length, with the index right behind it.</summary>
    public static byte[] Header(long payloadLength)
    {
        var header = new byte[PayloadOffset];
        Pragma.CopyTo(header);
        // 16 bytes of characteristics stay 0
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(PragmaSize + 16), PayloadOffset);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(PragmaSize + 24), payloadLength);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(PragmaSize + 32), PayloadOffset + payloadLength);
        return header;
    }

    /// <summary>Writes the index; the entries are sorted in place.</summary>
    public static void WriteIndex(Stream stream, List<PackEntry> entries)
    {
        entries.Sort(static (a, b) => a.Digest.CompareTo(b.Digest));
        Span<byte> head = stackalloc byte[IndexHeadSize];
        SortedIndexCodec.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[2..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(head[6..], RecordSize);
        BinaryPrimitives.WriteInt64LittleEndian(head[10..], (long)RecordSize * entries.Count);
        stream.Write(head);
        Span<byte> record = stackalloc byte[RecordSize];
        foreach (var entry in entries)
        {
            entry.Digest.CopyTo(record);
            BinaryPrimitives.WriteInt64LittleEndian(record[Hash256.Size..], entry.Offset);
            stream.Write(record);
        }
    }

    /// <summary>Reads the index of a pack; where that is damaged, finds the blocks by reading the payload.</summary>
    /// <exception cref="FormatException">It is not a pack, or damaged so that some of its blocks cannot be found.</exception>
    public static async Task<List<PackEntry>> ReadEntries(Stream pack, CancellationToken cancellationToken)
    {
        var header = new byte[PayloadOffset];
        var read = await pack.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < header.Length || !header.AsSpan().StartsWith(Pragma)) throw new FormatException("it is not a CARv2 file");
        var payloadLength = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(PragmaSize + 24));
        if (!header.AsSpan().SequenceEqual(Header(payloadLength)) || payloadLength > pack.Length - PayloadOffset)
            throw new FormatException("its header is damaged or it was cut");
        return await ReadIndex(pack, payloadLength, cancellationToken) ?? await ReadPayload(pack, payloadLength, cancellationToken);
    }

    /// <summary>The bytes of a block whose section starts at this offset; null when another block, or none, is there.</summary>
    public static Task<byte[]?> ReadBlock(Stream pack, PackEntry entry, CancellationToken cancellationToken) =>
        CarSection.Read(pack, PayloadOffset + entry.Offset, entry.Digest, cancellationToken);

    /// <summary>The bytes that each block takes in the payload of an undamaged pack.</summary>
    public static async Task<IReadOnlyList<(Hash256 Digest, long Size)>> ReadSizes(Stream pack, CancellationToken cancellationToken)
    {
        pack.Position = 0;
        var entries = (await ReadEntries(pack, cancellationToken)).OrderBy(e => e.Offset).ToList();
        var end = await ReadPayloadLength(pack, cancellationToken);
        return [.. entries.Select((e, at) => (e.Digest, (at + 1 < entries.Count ? entries[at + 1].Offset : end) - e.Offset))];
    }

    /// <summary>All blocks in the order of the payload, not verified.</summary>
    public static async IAsyncEnumerable<Block> ReadBlocks(Stream pack, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var length = await ReadPayloadLength(pack, cancellationToken);
        pack.Position = PayloadOffset;
        var car = await CarReader.Open(pack, length, verify: false, cancellationToken);
        await foreach (var block in car.Blocks(cancellationToken)) yield return block;
    }

    private static async Task<long> ReadPayloadLength(Stream pack, CancellationToken cancellationToken)
    {
        pack.Position = 0;
        var header = new byte[PayloadOffset];
        await pack.ReadExactlyAsync(header, cancellationToken);
        return BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(PragmaSize + 24));
    }

    private static async Task<List<PackEntry>?> ReadIndex(Stream pack, long payloadLength, CancellationToken cancellationToken)
    {
        pack.Position = PayloadOffset + payloadLength;
        var head = new byte[IndexHeadSize];
        var read = await pack.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        var length = pack.Length - pack.Position;
        if (read < head.Length || !IsIndexHead(head, length) || length > Array.MaxLength) return null;
        var index = new byte[length];
        await pack.ReadExactlyAsync(index, cancellationToken);
        var entries = new List<PackEntry>(index.Length / RecordSize);
        for (var at = 0; at < index.Length; at += RecordSize)
        {
            var entry = new PackEntry(new(index.AsSpan(at, Hash256.Size)), BinaryPrimitives.ReadInt64LittleEndian(index.AsSpan(at + Hash256.Size)));
            if (entry.Offset < 0 || entry.Offset >= payloadLength || (entries.Count > 0 && entry.Digest <= entries[^1].Digest)) return null;
            entries.Add(entry);
        }
        return entries;
    }

    private static bool IsIndexHead(ReadOnlySpan<byte> head, long length) =>
        head.StartsWith(SortedIndexCodec)
        && BinaryPrimitives.ReadInt32LittleEndian(head[2..]) == 1
        && BinaryPrimitives.ReadInt32LittleEndian(head[6..]) == RecordSize
        && BinaryPrimitives.ReadInt64LittleEndian(head[10..]) == length
        && length % RecordSize == 0;

    private static async Task<List<PackEntry>> ReadPayload(Stream pack, long payloadLength, CancellationToken cancellationToken)
    {
        pack.Position = PayloadOffset;
        var entries = new List<PackEntry>();
        try
        {
            var car = await CarReader.Open(pack, payloadLength, verify: false, cancellationToken);
            await foreach (var block in car.Blocks(cancellationToken)) entries.Add(new(block.Cid.Digest, car.SectionOffset));
            return entries;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Corrupt)
        {
            throw new FormatException($"its index is damaged, and its payload after {entries.Count} blocks: {e.Message}", e);
        }
    }
}

/// <summary>A block in a pack: its digest, and where its section starts in the payload.</summary>
internal readonly record struct PackEntry(Hash256 Digest, long Offset);
