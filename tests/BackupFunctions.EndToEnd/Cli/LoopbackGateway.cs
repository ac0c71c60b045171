using System.Net;
using System.Net.Sockets;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A trustless gateway on loopback, in this process, over the blocks of a CAR file.</summary>
internal sealed class LoopbackGateway : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private int _given;

    private LoopbackGateway(CarFile car)
    {
        // a port that the system gave a moment ago
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add($"{Url}/");
        _listener.Start();
        _serving = Serve(car);
    }

    public string Url { get; }

    /// <summary>Blocks that were asked for and given.</summary>
    public int Given => _given;

    public static async Task<LoopbackGateway> Over(string path) => new(await CarFile.Open(path, new DiskFiles(), CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task Serve(CarFile car)
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var asked = context.Request is { HttpMethod: "GET", Url: { Query: "?format=raw" } url } && url.Segments is ["/", "ipfs/", var cid] ? Cid.Parse(cid) : (Cid?)null;
                var block = asked is { } known ? await car.Get(known, CancellationToken.None) : null;
                context.Response.StatusCode = block is null ? 404 : 200;
                if (block is not null) Interlocked.Increment(ref _given);
                context.Response.Close(block ?? [], willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // closed
        }
    }
}
