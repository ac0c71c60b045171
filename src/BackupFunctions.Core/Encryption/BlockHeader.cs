using System.Buffers.Binary;

namespace BackupFunctions.Encryption;

/// <summary>
/// The public start of a sealed block (A in docs/format.md), readable without a key. Nothing in it can be trusted before
/// <see cref="BlockOpener"/> has opened the block.
/// </summary>
public sealed record BlockHeader
{
    /// <summary>Length of the longest header: what is enough to parse any.</summary>
    public const int MaxSize = FixedSize + KeySlotContext.MaxSize;

    internal const int FixedSize = 20;
    private const byte Version = 0, Suite = 1;

    private static ReadOnlySpan<byte> Magic => "BKFN"u8;

    /// <summary>What the block holds.</summary>
    public required BlockType Type { get; init; }

    /// <summary>The epoch of the key that opens it.</summary>
    public required uint Epoch { get; init; }

    /// <summary>Length of the encrypted body in bytes.</summary>
    public required int BodyLength { get; init; }

    /// <summary>Position within its object, from 0.</summary>
    public required uint Seq { get; init; }

    /// <summary>Whether it is the last block of its object.</summary>
    public required bool Last { get; init; }

    /// <summary>The context, in the form of its type; empty for chunks and lists.</summary>
    public required ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>Length of the header in bytes.</summary>
    public int Length => FixedSize + Context.Length;

    /// <summary>Length of the whole block in bytes.</summary>
    public int BlockLength => Length + Hash256.Size + BodyLength + BlockFormat.TagSize;

    /// <summary>
    /// Reads the header at the start of the span, which may go on after it; <see cref="MaxSize"/> bytes are always enough.
    /// Fails with <see cref="ErrorKind.Corrupt"/> when there is none, or it is truncated.
    /// </summary>
    public static BlockHeader Parse(ReadOnlySpan<byte> start)
    {
        if (!start.StartsWith(Magic[..Math.Min(start.Length, Magic.Length)]) || start.IsEmpty)
            throw BackupException.Corrupt("read block header: not a sealed block");
        if (start.Length < FixedSize) throw Truncated(start.Length);
        if (start[4] != Version) throw BackupException.Corrupt($"read block header: unsupported version {start[4]}");
        if (start[5] != Suite) throw BackupException.Corrupt($"read block header: unsupported version, suite {start[5]}");
        var type = (BlockType)start[6];
        if (!Enum.IsDefined(type)) throw BackupException.Corrupt($"read block header: unknown type {start[6]}");
        var body = BinaryPrimitives.ReadUInt32LittleEndian(start[11..]);
        if (body is < BlockFormat.BodyPrefixSize or > BlockFormat.MaxBodyLength || BlockFormat.Padme((int)body) != body)
            throw BackupException.Corrupt($"read block header: impossible body length {body}");
        var seq = BinaryPrimitives.ReadUInt32LittleEndian(start[15..]);
        if (start[19] > 1) throw BackupException.Corrupt($"read block header: last is {start[19]}, want 0 or 1");
        if (IsSingle(type) && (seq != 0 || start[19] != 1))
            throw BackupException.Corrupt($"read block header: a {type} is one block, got seq {seq}, last {start[19]}");
        var context = start[FixedSize..];
        var length = ContextLength(type, context);
        if (length < 0 || length > context.Length) throw Truncated(start.Length);
        return new()
        {
            Type = type,
            Epoch = BinaryPrimitives.ReadUInt32LittleEndian(start[7..]),
            BodyLength = (int)body,
            Seq = seq,
            Last = start[19] == 1,
            Context = context[..length].ToArray(),
        };
    }

    internal static void Write(Span<byte> destination, BlockType type, uint epoch, int bodyLength, uint seq, bool last, ReadOnlySpan<byte> context)
    {
        Magic.CopyTo(destination);
        destination[4] = Version;
        destination[5] = Suite;
        destination[6] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[7..], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[11..], (uint)bodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[15..], seq);
        destination[19] = last ? (byte)1 : (byte)0;
        context.CopyTo(destination[FixedSize..]);
    }

    internal static void CheckWritable(BlockType type, uint seq, bool last, ReadOnlySpan<byte> context)
    {
        if (!Enum.IsDefined(type)) throw new ArgumentOutOfRangeException(nameof(type));
        if (IsSingle(type) && (seq != 0 || !last)) throw new ArgumentException($"a {type} is one block: seq 0 and last", nameof(seq));
        if (ContextLength(type, context) != context.Length)
            throw new ArgumentException($"a context of {context.Length} bytes is none of a {type}", nameof(context));
    }

    // the length of the context that starts here, or -1 when more bytes are needed to tell
    private static int ContextLength(BlockType type, ReadOnlySpan<byte> rest) => type switch
    {
        BlockType.Index or BlockType.Staged => IndexContext.Size,
        BlockType.Manifest => ManifestContext.LengthOf(rest),
        BlockType.KeySlot => KeySlotContext.LengthOf(rest),
        _ => 0,
    };

    private static bool IsSingle(BlockType type) => type is BlockType.Chunk or BlockType.KeySlot;

    private static BackupException Truncated(int length) => BackupException.Corrupt($"read block header: truncated after {length} bytes");
}
