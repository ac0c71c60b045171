using BackupFunctions.Backup;
using BackupFunctions.Benchmarks.Data;
using BackupFunctions.Benchmarks.Sealing;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Benchmarks.SecondFull;

/// <summary>
/// Processor time of a second full backup, whose unchanged chunks are found by their plaintext ids, against that of the first: the sealing path fed
/// from memory, without the driver's read. In between 1 % was appended and the newest 1 % updated.
/// </summary>
internal sealed class SecondFullCpu : IMeasure
{
    private const string Name = "second_full_cpu";
    private const double Goal = 0.40;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Name];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        var bytes = quick ? 48_000_000L : 192_000_000;
        var before = BenchmarkDocuments.Batches(bytes);
        var after = BenchmarkDocuments.Batches(bytes + (bytes / 100), revision: 1, firstRevised: before.Sum(b => b.Length) * 99L / 100);
        using var keys = SealingPipeline.NewKeys();
        using var pipeline = new SealingPipeline(keys);
        using var opener = new BlockOpener(_ => keys);

        var blocks = new MemoryBlocks();
        var lists = pipeline.Seal(before, BaseChunks.None, blocks.Add).Select(f => f.List).ToList();
        var reader = new UnixFsReader(new BlockReader([blocks]));
        var reused = await BaseChunks.Load(lists, reader, opener, static (list, e) => throw e, cancellationToken);
        long changed = 0, all = 0;
        pipeline.Seal(before, BaseChunks.None, block => all += block.Data.Length);
        pipeline.Seal(after, reused, block => changed += block.Data.Length);

        var seconds = CpuTime.Best(warmUps: 2, rounds: quick ? 6 : 12, cancellationToken,
            () => pipeline.Seal(before, BaseChunks.None),
            // memory answers at once: the task is done when it is given
            () => pipeline.Seal(after, BaseChunks.Load(lists, reader, opener, static (list, e) => throw e, cancellationToken).GetAwaiter().GetResult()));
        return
        [
            new(Name, seconds[1] / seconds[0], Goal, AtLeast: false,
                [("first_mb_per_s", bytes / 1e6 / seconds[0]), ("second_mb_per_s", bytes / 1e6 / seconds[1]), ("new_bytes_ratio", (double)changed / all)]),
        ];
    }
}
