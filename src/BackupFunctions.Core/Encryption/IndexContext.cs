namespace BackupFunctions.Encryption;

/// <summary>The context of an index: the 16 bytes that name its backup, in the order in which the id is printed.</summary>
public readonly record struct IndexContext(Guid Backup)
{
    internal const int Size = 16;

    /// <summary>Reads exactly 16 bytes.</summary>
    public static IndexContext Parse(ReadOnlySpan<byte> context) => context.Length == Size
        ? new(new Guid(context, bigEndian: true))
        : throw BackupException.Corrupt($"read index context: want {Size} bytes, got {context.Length}");

    /// <summary>The 16 bytes.</summary>
    public byte[] Encode() => Backup.ToByteArray(bigEndian: true);
}
