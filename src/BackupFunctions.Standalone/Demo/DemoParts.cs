using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Standalone.Commands;
using BackupFunctions.Standalone.Demo.Nodes;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Serving;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Standalone.Demo;

/// <summary>The real parts: the embedded server, the driver, the engine that <paramref name="openEngine"/> opens.</summary>
internal sealed class DemoParts(Func<DemoSetup, CancellationToken, Task<IDemoEngine>> openEngine) : IDemoParts
{
    /// <inheritdoc/>
    public async Task<IDemoServer> StartServer(CancellationToken cancellationToken)
    {
        return new EmbeddedServer(await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken));
    }

    /// <inheritdoc/>
    public IDemoDatabases Connect(string mongoUri) => DemoDatabases.Connect(mongoUri);

    /// <inheritdoc/>
    public async Task<IDemoNodes> StartNodes(string directory, CancellationToken cancellationToken) =>
        new IpfsNodes(await IpfsNodeProcess.Start(native: false, directory, cancellationToken));

    /// <inheritdoc/>
    public Task<IDemoEngine> OpenEngine(DemoSetup setup, CancellationToken cancellationToken) => openEngine(setup, cancellationToken);

    /// <inheritdoc/>
    public async Task Serve(DemoSetup setup, Action<Uri> listening, CancellationToken cancellationToken)
    {
        var settings = DemoSettings.Of(setup);
        await using var server = await StandaloneServer.Start(
            BackupOptions.Load(settings, OptionsScope.Backup), HostOptions.Load(settings, Schedule.IsValid), SecretRedactor.From(settings), NullLoggerFactory.Instance, cancellationToken);
        listening(server.Address);
        await UntilStopped.Wait(cancellationToken);
    }

    private sealed class EmbeddedServer(EmbeddedMongoServer server) : IDemoServer
    {
        public string ConnectionString => server.ConnectionString;

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }

    private sealed class IpfsNodes(IpfsNodeProcess process) : IDemoNodes
    {
        public IReadOnlyList<string> Urls => [.. process.Urls.Select(u => u.OriginalString)];

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }
}
