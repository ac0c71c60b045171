namespace BackupFunctions;

/// <summary>The 16 random bytes that name a repository: one catalogue, one set of keys, one chain of manifests.</summary>
public readonly record struct RepositoryId
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 _value;

    /// <summary>Reads exactly 16 bytes.</summary>
    public RepositoryId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"a repository id has {Size} bytes, got {bytes.Length}", nameof(bytes));
        _value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Parses 32 hex digits.</summary>
    public static RepositoryId Parse(string hex) => new(Convert.FromHexString(hex));

    /// <summary>The 16 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return bytes;
    }

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
