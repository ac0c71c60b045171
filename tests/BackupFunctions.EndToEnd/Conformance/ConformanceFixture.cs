using System.Net;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Serving;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>
/// A host to ask over HTTP: the one of <c>CONFORMANCE_URL</c>, with <c>CONFORMANCE_KEY</c>, <c>CONFORMANCE_STATUS_KEY</c> (the same by default) and <c>CONFORMANCE_TARGET_URI</c> (a server that may be
/// restored into; without it nothing is restored); else Standalone in this process over embedded servers and two vaults. It has one full backup.
/// </summary>
public sealed class ConformanceFixture : IAsyncLifetime
{
    private const string Key = "a key for conformance tests";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-conformance-");
    private EmbeddedMongoServer? _source, _target;
    private StandaloneServer? _server;

    /// <summary>Asks with the keys.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Asks without a key.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    /// <summary>A server that may be restored into, or null.</summary>
    public string? Target { get; private set; }

    /// <summary>The output of the full backup.</summary>
    public JsonElement FirstBackup { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var url = Environment.GetEnvironmentVariable("CONFORMANCE_URL");
        var (key, statusKey) = (Environment.GetEnvironmentVariable("CONFORMANCE_KEY"), Environment.GetEnvironmentVariable("CONFORMANCE_STATUS_KEY"));
        Target = Environment.GetEnvironmentVariable("CONFORMANCE_TARGET_URI");
        if (string.IsNullOrEmpty(url)) (url, key, statusKey) = (await StartStandalone(), Key, null);
        Stranger = new HttpClient { BaseAddress = new Uri(url) };
        Http = new HttpClient(new Keys(key, string.IsNullOrEmpty(statusKey) ? key : statusKey) { InnerHandler = new HttpClientHandler() }) { BaseAddress = new Uri(url) };
        using var started = await Http.PostJson("/api/backups", """{"type":"full"}""");
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        FirstBackup = (await End("full-backup")).GetProperty("output").Clone();
    }

    /// <summary>Waits until an instance has ended, and gives its status.</summary>
    public Task<JsonElement> End(string instanceId) => Http.Ended(instanceId);

    /// <summary>Waits until an instance is in a state.</summary>
    public async Task<JsonElement> Reach(string instanceId, string status)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (true)
        {
            using var response = await Http.GetAsync(new Uri($"{Routes.Instances}/{instanceId}", UriKind.Relative), patience.Token);
            var json = await response.Json();
            if (json.GetProperty("runtimeStatus").GetString() == status) return json;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        Stranger?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_source is not null) await _source.DisposeAsync();
        if (_target is not null) await _target.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task<string> StartStandalone()
    {
        _source = await EmbeddedMongoServer.Start(new());
        _target = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(_source.ConnectionString);
        Target = _target.ConnectionString;
        var settings = new SettingsSource(StandaloneSettings.Of(_directory.FullName, _source.ConnectionString, Key), new Dictionary<string, string>(), _directory.FullName, new DiskFiles());
        _server = await StandaloneServer.Start(
            BackupOptions.Load(settings, OptionsScope.Backup), HostOptions.Load(settings, Schedule.IsValid), SecretRedactor.From(settings), NullLoggerFactory.Instance, CancellationToken.None);
        return _server.Address.AbsoluteUri;
    }

    private sealed class Keys(string? key, string? statusKey) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("x-functions-key", request.RequestUri!.AbsolutePath.StartsWith("/runtime/", StringComparison.Ordinal) ? statusKey : key);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
