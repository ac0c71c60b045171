namespace BackupFunctions.Encryption;

/// <summary>How large chunks are, in bytes. Frozen per collection, so that later backups find the same chunks.</summary>
public readonly record struct ChunkingParameters
{
    /// <summary>A file has at most this many chunks.</summary>
    public const int MaxChunksPerFile = 16_384;

    /// <summary>A file has about this many chunks, as a power of two: 4,096.</summary>
    internal const int ChunksPerFileLog2 = 12;

    private const int SmallAverage = 128 * 1024, LargeAverage = 512 * 1024;
    private const long LargeCollection = 64L << 30;

    /// <summary>Parameters for an average of 131,072 or 524,288 bytes.</summary>
    public ChunkingParameters(int average)
    {
        if (average is not (SmallAverage or LargeAverage))
            throw new ArgumentOutOfRangeException(nameof(average), average, $"the average chunk is {SmallAverage} or {LargeAverage} bytes");
        Average = average;
    }

    /// <summary>128 KiB: the default.</summary>
    public static ChunkingParameters Small => new(SmallAverage);

    /// <summary>512 KiB: for collections above 64 GiB.</summary>
    public static ChunkingParameters Large => new(LargeAverage);

    /// <summary>The average length.</summary>
    public int Average { get; }

    /// <summary>The least length at which a chunk may be cut by choice.</summary>
    public int Minimum => Average / 4;

    /// <summary>The longest chunk.</summary>
    public int Maximum => Math.Min(4 * Average, BlockFormat.MaxPlaintextLength);

    /// <summary>The parameters for a collection that holds this many bytes of documents when it is first backed up.</summary>
    public static ChunkingParameters ForCollection(long bytes) => bytes > LargeCollection ? Large : Small;
}
