using BackupFunctions.Ambient;
using BackupFunctions.Encryption;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>One backup of a real dump, downloaded as a CAR file and as a directory.</summary>
public sealed class DownloadedBackup : IAsyncLifetime
{
    private Workbench _bench = null!;

    internal CarBytes Car { get; private set; } = null!;

    internal string CarPath { get; private set; } = null!;

    internal string Directory => _bench.Sub("fetched");

    internal DiskFiles Files => _bench.Files;

    internal IKeySource Keys => _bench.Keys;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await ScratchServer.Start(["shop"], cancellation);
        _bench = new(server, ["shop"]);
        await _bench.RestoreDump(DumpLibrary.Find("directory-gzip"));
        var root = await _bench.BackUp();
        CarPath = await _bench.Download(root);
        Car = await CarBytes.Read(CarPath, cancellation);
        await IpfsGet.Run(_bench.Blocks, root, Directory, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _bench?.Dispose();
        return ValueTask.CompletedTask;
    }
}
