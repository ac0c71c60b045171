using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Serving;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A Standalone host in this process, without a key, in a directory of its own that it takes along when it is disposed.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly SettingsSource _settings;
    private StandaloneServer? _server;

    private RunningServer(string directory, Dictionary<string, string> values)
    {
        Directory = directory;
        _settings = new(values, new Dictionary<string, string>(), directory, new DiskFiles());
    }

    /// <summary>Where nothing listens: for what does not ask the source.</summary>
    public const string Nowhere = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100";

    public string Directory { get; }

    public string Staging => Path.Combine(Directory, "staging");

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Starts it; <paramref name="before"/> is told the settings first.</summary>
    public static async Task<RunningServer> Start(string mongoUri, Action<Dictionary<string, string>>? before = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("backupfn-serving-").FullName;
        var values = StandaloneSettings.Of(directory, mongoUri, key: null);
        before?.Invoke(values);
        var running = new RunningServer(directory, values);
        try
        {
            await running.Start();
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it and starts it anew, at another address, over what it left.</summary>
    public async Task Restart()
    {
        await _server!.DisposeAsync();
        _server = null;
        Http.Dispose();
        await Start();
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task Start()
    {
        _server = await StandaloneServer.Start(
            BackupOptions.Load(_settings, OptionsScope.Backup), HostOptions.Load(_settings, Schedule.IsValid), SecretRedactor.From(_settings), NullLoggerFactory.Instance, CancellationToken.None);
        Http = new() { BaseAddress = _server.Address };
    }
}
