using BackupFunctions.Benchmarks.Engine;
using BackupFunctions.Benchmarks.Memory;
using BackupFunctions.Standalone.Demo.Nodes;

namespace BackupFunctions.Benchmarks.Upload;

/// <summary>
/// How much more memory a process needs at its peak that makes a full backup of ten times the data to two js-ipfs nodes at once, as a share of what it may need more: 64 MB.
/// </summary>
internal sealed class UploadMemory : IMeasure
{
    private const string Name = "upload_memory_growth";
    private const double Allowed = 64e6;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Name];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        // compresses to about a third: 2 GB are sent to each node
        var bytes = quick ? 20_000_000L : 600_000_000;
        var small = await Backup(bytes, cancellationToken);
        var large = await Backup(10 * bytes, cancellationToken);
        return [new(Name, Math.Max(0, large.Peak - small.Peak) / Allowed, 1, AtLeast: false, [("peak_mb", large.Peak / 1e6), ("small_peak_mb", small.Peak / 1e6), ("uploaded_mb", large.Stored / 1e6)])];
    }

    private static async Task<(double Peak, double Stored)> Backup(long bytes, CancellationToken cancellationToken)
    {
        using var workspace = new BenchmarkWorkspace();
        await using var nodes = await IpfsNodeProcess.Start(native: false, directory: null, cancellationToken);
        await using var server = ChildProcess.Start(ServeMode.Arguments(bytes));
        var uri = await server.ReadLine(cancellationToken);
        return await BackupMode.Measure(uri, workspace.Directory, nodes.Urls, cancellationToken);
    }
}
