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
    private StandaloneServer? _server;

    private RunningServer(string directory) => Directory = directory;

    /// <summary>Where nothing listens: for what does not ask the source.</summary>
    public const string Nowhere = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100";

    public string Directory { get; }

    public string Staging => Path.Combine(Directory, "staging");

    public HttpClient Http { get; } = new();

    /// <summary>Starts it; <paramref name="before"/> is told the settings first.</summary>
    public static async Task<RunningServer> Start(string mongoUri, Action<Dictionary<string, string>>? before = null)
    {
        var running = new RunningServer(System.IO.Directory.CreateTempSubdirectory("backupfn-serving-").FullName);
        try
        {
            var values = StandaloneSettings.Of(running.Directory, mongoUri, key: null);
            before?.Invoke(values);
            var settings = new SettingsSource(values, new Dictionary<string, string>(), running.Directory, new DiskFiles());
            running._server = await StandaloneServer.Start(
                BackupOptions.Load(settings, OptionsScope.Backup), HostOptions.Load(settings, Schedule.IsValid), SecretRedactor.From(settings), NullLoggerFactory.Instance, CancellationToken.None);
            running.Http.BaseAddress = running._server.Address;
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
