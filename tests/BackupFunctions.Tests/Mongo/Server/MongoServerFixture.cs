using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Mongo.Server;

/// <summary>A server to test against: the one of <c>TEST_MONGODB_URI</c> when that is set, else an embedded one.</summary>
public sealed class MongoServerFixture : IAsyncLifetime
{
    private const string Setting = "TEST_MONGODB_URI";
    private static int _servers;
    private readonly string _prefix = $"backupfunctions_test_{Environment.ProcessId}_{Interlocked.Increment(ref _servers)}_";
    private EmbeddedMongoServer? _embedded;
    private int _databases;

    public MongoConnection Connection { get; private set; } = null!;

    public Topology Topology { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var uri = Environment.GetEnvironmentVariable(Setting);
        if (string.IsNullOrEmpty(uri))
        {
            _embedded = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions());
            uri = _embedded.ConnectionString;
        }
        Connection = await MongoConnection.Open(uri, Setting, new MongoConnectionOptions(), TestContext.Current.CancellationToken);
        Topology = await Topology.Read(Connection, TestContext.Current.CancellationToken);
    }

    /// <summary>Of the embedded server; null where it is another.</summary>
    public TestControls? Controls => _embedded?.Controls;

    /// <summary>A database name that nothing else uses.</summary>
    public string NewDatabase() => $"{_prefix}{Interlocked.Increment(ref _databases)}";

    public async ValueTask DisposeAsync()
    {
        if (Connection is null) return;
        using var names = await Connection.Client.ListDatabaseNamesAsync();
        foreach (var name in (await names.ToListAsync()).Where(n => n.StartsWith(_prefix, StringComparison.Ordinal)))
            await Connection.Client.DropDatabaseAsync(name);
        Connection.Dispose();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }
}
