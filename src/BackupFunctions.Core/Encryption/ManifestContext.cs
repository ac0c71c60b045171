using System.Buffers.Binary;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Encryption;

/// <summary>
/// The context of a manifest revision, readable without a key: its number and the CID of the revision before it, null for the first.
/// Bytes: u64 revision, u8 length (0 or 36), binary CID.
/// </summary>
public readonly record struct ManifestContext(ulong Revision, Cid? Previous)
{
    private const int FixedSize = 9;

    /// <summary>Reads a whole context.</summary>
    public static ManifestContext Parse(ReadOnlySpan<byte> context)
    {
        if (LengthOf(context) != context.Length)
            throw BackupException.Corrupt($"read manifest context: wrong length, {context.Length} bytes");
        var revision = BinaryPrimitives.ReadUInt64LittleEndian(context);
        if (context.Length == FixedSize) return new(revision, null);
        try
        {
            return new(revision, Cid.FromBytes(context[FixedSize..]));
        }
        catch (FormatException e)
        {
            throw BackupException.Corrupt($"read context of manifest revision {revision}: bad previous CID", e);
        }
    }

    /// <summary>The bytes of the context.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[FixedSize + (Previous is null ? 0 : Cid.Size)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Revision);
        bytes[8] = (byte)(bytes.Length - FixedSize);
        Previous?.CopyTo(bytes.AsSpan(FixedSize));
        return bytes;
    }

    internal static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start.Length < FixedSize) return -1;
        return start[8] is 0 or Cid.Size
            ? FixedSize + start[8]
            : throw BackupException.Corrupt($"read manifest context: a previous CID of {start[8]} bytes, want 0 or {Cid.Size}");
    }
}
