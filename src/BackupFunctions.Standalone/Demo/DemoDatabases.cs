using BackupFunctions.Mongo;
using BackupFunctions.Standalone.Demo.Comparison;
using BackupFunctions.Standalone.Demo.Data;
using BackupFunctions.Standalone.Demo.Data.Changes;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo;

/// <summary>The demo's databases over the driver.</summary>
internal sealed class DemoDatabases : IDemoDatabases
{
    private static readonly TimeSpan SelectionTimeout = TimeSpan.FromSeconds(10);

    private readonly MongoClient _client;
    private readonly DemoData _data = new();

    private DemoDatabases(MongoClientSettings settings)
    {
        _client = new MongoClient(settings);
        Address = string.Join(",", settings.Servers);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <summary>Prepares to connect; nothing is sent yet.</summary>
    public static DemoDatabases Connect(string uri)
    {
        try
        {
            var settings = MongoClientSettings.FromConnectionString(uri);
            if (!uri.Contains("serverSelectionTimeout", StringComparison.OrdinalIgnoreCase)) settings.ServerSelectionTimeout = SelectionTimeout;
            // what is compared is what was written, whatever the URI prefers; and a backup may read it from a secondary
            (settings.ReadPreference, settings.ReadConcern, settings.WriteConcern) = (ReadPreference.Primary, ReadConcern.Default, WriteConcern.WMajority);
            return new DemoDatabases(settings);
        }
        catch (Exception e) when (e is MongoConfigurationException or FormatException or ArgumentException)
        {
            throw new BackupException(
                ErrorKind.Configuration, "read --mongo: it is not a MongoDB connection string", "for example mongodb://127.0.0.1:27017/?replicaSet=rs0; percent-encode : @ / % in passwords", e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> Foreign(CancellationToken cancellationToken)
    {
        try
        {
            return await DemoData.Foreign(_client, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or MongoConnectionException)
        {
            throw new BackupException(ErrorKind.Failed, $"connect to {Address}: no server answered as asked", "is it running, and do replica set name, TLS and credentials of the URI fit?", e);
        }
    }

    /// <inheritdoc/>
    public Task<DemoDataSummary> Write(IProgress<DemoDataProgress> progress, CancellationToken cancellationToken) => _data.Write(_client, progress, cancellationToken);

    /// <inheritdoc/>
    public Task<DemoChanges> Change(DemoChange change, CancellationToken cancellationToken) => _data.Change(_client, change, cancellationToken);

    /// <inheritdoc/>
    public async Task<Optime> Moment(CancellationToken cancellationToken)
    {
        var reply = await _client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken);
        return reply.TryGetValue("operationTime", out var value) && value is BsonTimestamp time
            ? new((uint)time.Timestamp, (uint)time.Increment)
            : throw new BackupException(ErrorKind.Failed, $"ask {Address} for its time of operation: it gives none", "is it a member of a replica set?");
    }

    /// <inheritdoc/>
    public Task<DataFingerprint> Fingerprint(CancellationToken cancellationToken) => FingerprintReader.Read(_client, DemoData.Databases, cancellationToken);

    /// <inheritdoc/>
    public Task DropShop(CancellationToken cancellationToken) => DemoData.Drop(_client, [DemoData.ShopName], cancellationToken);

    /// <inheritdoc/>
    public Task Drop(CancellationToken cancellationToken) => DemoData.Drop(_client, DemoData.Databases, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
