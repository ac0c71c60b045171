using System.Diagnostics;
using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Kubo;
using BackupFunctions.Standalone.Demo.Nodes;

namespace BackupFunctions.Benchmarks.Upload;

/// <summary>
/// Time of kubo-rpc-client's import of a CAR against that of ours, which also hashes every block on its way: the same CAR to the same js-ipfs node, one after the other, with a
/// garbage collection in between. js-ipfs has its own server here, not the Kubo-shaped one of the tests.
/// </summary>
internal sealed class UploadAgainstOtherClient : IMeasure
{
    private const string Name = "upload_vs_kubo_rpc_client";
    private const double Goal = 1.0;
    // as large as the chunks of a large collection
    private const int BlockSize = 512 * 1024;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [Name];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken)
    {
        var bytes = quick ? 200_000_000L : 2_000_000_000;
        var directory = Directory.CreateTempSubdirectory("backupfunctions-benchmark-");
        try
        {
            var large = await WriteCar(Path.Combine(directory.FullName, "large.car"), bytes, cancellationToken);
            var small = await WriteCar(Path.Combine(directory.FullName, "small.car"), 20_000_000, cancellationToken);
            await using var nodes = await IpfsNodeProcess.Start(native: true, directory: null, cancellationToken);
            using var ours = KuboNode.Open(new(SettingNames.NodeUrl(1), NodeKind.Kubo, nodes.Urls[0], Token: null), new DiskFiles(), new SystemRandomSource(), TimeProvider.System);
            using var theirs = OtherClient.Start("import.mjs", nodes.Urls[0].AbsoluteUri);
            using var http = new HttpClient { BaseAddress = nodes.Urls[0] };
            try
            {
                await Ours(ours, small, cancellationToken);
                await Theirs(theirs, small, cancellationToken);
                var (our, their) = (new List<double>(), new List<double>());
                for (var round = 0; round < 3; round++)
                {
                    // each is first in turn
                    foreach (var isOurs in round % 2 == 0 ? new[] { true, false } : [false, true])
                    {
                        using var collected = await http.PostAsync(new Uri("/api/v0/repo/gc?quiet=true", UriKind.Relative), null, cancellationToken);
                        await collected.Content.CopyToAsync(Stream.Null, cancellationToken);
                        if (isOurs) our.Add(await Ours(ours, large, cancellationToken));
                        else their.Add(await Theirs(theirs, large, cancellationToken));
                    }
                }
                return [new(Name, their.Min() / our.Min(), Goal, AtLeast: true, [("mb_per_s", bytes / 1e6 / our.Min()), ("their_mb_per_s", bytes / 1e6 / their.Min()), ("car_mb", bytes / 1e6)])];
            }
            finally
            {
                theirs.StandardInput.Close();
                await theirs.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<double> Ours(KuboNode node, string car, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await node.Import(_ => Task.FromResult<Stream>(File.OpenRead(car)), cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> Theirs(Process client, string car, CancellationToken cancellationToken)
    {
        await client.StandardInput.WriteLineAsync(car.AsMemory(), cancellationToken);
        await client.StandardInput.FlushAsync(cancellationToken);
        var line = await client.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("kubo-rpc-client ended without a result");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }

    private static async Task<string> WriteCar(string path, long bytes, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path, 1 << 20);
        var car = CarWriter.CreateSegment(file);
        var random = new Random(1);
        while (car.BytesWritten < bytes)
        {
            var data = new byte[BlockSize];
            random.NextBytes(data);
            await car.WriteAsync(new(Cid.Raw(data), data), cancellationToken);
        }
        return path;
    }
}
