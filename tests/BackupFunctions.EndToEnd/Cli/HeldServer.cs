using BackupFunctions.Embedded.Server;
using MongoDB.Bson;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A server whose reader is held in the middle of a collection once a plan has been staged: a backup that cannot end before it is let go.</summary>
internal sealed class HeldServer : IAsyncDisposable
{
    private const int Documents = 4000;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly byte[] Noise = new byte[500];

    private readonly ManualResetEventSlim _released = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EmbeddedMongoServer _server = null!;

    public string Uri => _server.ConnectionString;

    /// <summary>The staging directory that tells when the dump has begun.</summary>
    public string? Staging { get; set; }

    public static async Task<HeldServer> Start()
    {
        var held = new HeldServer();
        held._server = await EmbeddedMongoServer.Start(new() { Seeds = [new("big", "numbers", Documents, held.Document)] });
        return held;
    }

    /// <summary>Ends when a reader is held.</summary>
    public Task Reached() => _reached.Task.WaitAsync(Longest);

    public void Release() => _released.Set();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _server.DisposeAsync();
        _released.Dispose();
    }

    private byte[] Document(long ordinal)
    {
        if (ordinal == Documents / 2 && Staging is { } staging && Directory.Exists(staging) && Directory.EnumerateFiles(staging, "plan.record", SearchOption.AllDirectories).Any())
        {
            _reached.TrySetResult();
            _released.Wait(Longest);
        }
        return new BsonDocument { { "_id", ordinal }, { "noise", Noise } }.ToBson();
    }
}
