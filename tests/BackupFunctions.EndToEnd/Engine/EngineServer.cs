using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

/// <summary>The server that is backed up: the one of <c>TEST_MONGODB_URI</c> when that is set, else an embedded one.</summary>
public sealed class EngineServer : IAsyncLifetime
{
    private const string Setting = "TEST_MONGODB_URI";
    private static int _servers;
    // also of the keys that the tests derive from the names, and so of what they find on nodes that they share
    private readonly string _prefix = $"backupfunctions_engine_{Environment.ProcessId}_{Interlocked.Increment(ref _servers)}_";
    private EmbeddedMongoServer? _embedded;
    private int _databases;

    public string Uri { get; private set; } = "";

    public MongoConnection Connection { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Uri = Environment.GetEnvironmentVariable(Setting) ?? "";
        if (Uri.Length == 0)
        {
            _embedded = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions());
            Uri = _embedded.ConnectionString;
        }
        Connection = await MongoConnection.Open(Uri, Setting, new MongoConnectionOptions(), TestContext.Current.CancellationToken);
    }

    /// <summary>A database that nothing else uses.</summary>
    public string NewDatabase() => $"{_prefix}{Interlocked.Increment(ref _databases)}";

    public async ValueTask DisposeAsync()
    {
        if (Connection is not null)
        {
            using var names = await Connection.Client.ListDatabaseNamesAsync();
            foreach (var name in (await names.ToListAsync()).Where(n => n.StartsWith(_prefix, StringComparison.Ordinal)))
                await Connection.Client.DropDatabaseAsync(name);
            Connection.Dispose();
        }
        if (_embedded is not null) await _embedded.DisposeAsync();
    }
}
