using BackupFunctions.Backup;
using BackupFunctions.Benchmarks.Data;

namespace BackupFunctions.Benchmarks.Sealing;

/// <summary>
/// Sealing on one core against what its primitives alone allow, 1 / Σ (1 / throughput), on the same data in the same run: what the code around
/// them costs.
/// </summary>
internal sealed class SealAgainstPrimitives : IMeasure
{
    private const string Name = "seal_vs_primitives";
    private const double Goal = 0.85;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Name];

    /// <inheritdoc/>
    public Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        var batches = BenchmarkDocuments.Batches(8_000_000);
        using var keys = SealingPipeline.NewKeys();
        using var pipeline = new SealingPipeline(keys);
        using var primitives = new Primitives(keys, batches);
        var seconds = CpuTime.Best(
            warmUps: 2, rounds: quick ? 24 : 160, cancellationToken,
            () => pipeline.Seal(batches, BaseChunks.None),
            primitives.Copy, primitives.AuthenticatePlaintext, primitives.Compress, primitives.AuthenticateBody,
            primitives.DeriveKeys, primitives.Encrypt, primitives.HashBlocks, primitives.HashPlaintext);

        var megabytes = primitives.PlainBytes / 1e6;
        var (seal, bare) = (seconds[0], seconds[1..].Sum());
        var result = new MeasureResult(Name, bare / seal, Goal, AtLeast: true,
        [
            ("mb_per_s", megabytes / seal), ("primitives_mb_per_s", megabytes / bare), ("ratio_without_file_hash", (bare - seconds[8]) / seal),
            ("compression", (double)primitives.PlainBytes / primitives.SealedBytes),
            ("copy_mb_per_s", megabytes / seconds[1]), ("hmac_mb_per_s", megabytes / seconds[2]), ("zstd_mb_per_s", megabytes / seconds[3]),
            ("hmac_body_mb_per_s", megabytes / seconds[4]), ("hkdf_mb_per_s", megabytes / seconds[5]), ("aes_gcm_mb_per_s", megabytes / seconds[6]),
            ("sha256_mb_per_s", megabytes / seconds[7]), ("sha256_file_mb_per_s", megabytes / seconds[8]),
        ]);
        return Task.FromResult<IReadOnlyList<MeasureResult>>([result]);
    }
}
