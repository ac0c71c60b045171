using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Runs a command that is raw BSON; a reply with <c>ok: 0</c> throws as the driver does. Nothing is retried.</summary>
public delegate Task<RawBsonDocument> RunRawCommand(string database, RawBsonDocument command, CancellationToken cancellationToken);

/// <summary>An open connection to one MongoDB deployment. Thread-safe; disposing it closes its sockets.</summary>
public sealed class MongoConnection : IDisposable
{
    private readonly MongoClient _client;

    private MongoConnection(MongoClient client, string settingName, string name, ReadPreference reads, TimeProvider time) =>
        (_client, SettingName, Name, Reads, Time) = (client, settingName, name, reads, time);

    /// <summary>The driver's client.</summary>
    public IMongoClient Client => _client;

    /// <summary>The setting that the URI came from.</summary>
    public string SettingName { get; }

    /// <summary>How messages name it: the setting and the URI without secrets.</summary>
    public string Name { get; }

    /// <summary>Where documents are read: a secondary where there is one, unless the URI says otherwise.</summary>
    public ReadPreference Reads { get; }

    /// <summary>The clock of retries and session refreshes.</summary>
    public TimeProvider Time { get; }

    /// <summary>
    /// Opens a connection and proves that it works, which includes logging in. A URI or TLS file that is wrong fails with
    /// <see cref="ErrorKind.Configuration"/>; a server that is not reached, refuses the login or shows the wrong certificate fails with
    /// <see cref="ErrorKind.Failed"/>, after repeating where that can help.
    /// </summary>
    public static async Task<MongoConnection> Open(
        string uri, string settingName, MongoConnectionOptions options, CancellationToken cancellationToken)
    {
        var parsed = MongoUri.Parse(uri, settingName);
        var name = $"{settingName} {parsed.Masked}";
        var retry = MongoRetry.Create(options.Attempts, options.Time, e => MongoErrors.IsTransient(e) && !e.Data.Contains(Hopeless));
        MongoClient? client = null;
        try
        {
            await retry.ExecuteAsync(
                async ct =>
                {
                    client ??= new MongoClient(Settings(parsed, settingName, options));
                    await Probe(client, ct).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            var reads = parsed.OptionNames.Contains("readPreference") ? client!.Settings.ReadPreference : ReadPreference.SecondaryPreferred;
            return new MongoConnection(client!, settingName, name, reads, options.Time);
        }
        catch (Exception e)
        {
            var heartbeat = client is null ? null : HeartbeatFailure(client);
            client?.Dispose();
            if (e is OperationCanceledException or BackupException) throw;
            throw MongoErrors.CannotConnect(name, e, heartbeat);
        }
    }

    /// <summary>Runs a small command where metadata is freshest: the primary, or another member while there is none.</summary>
    public Task<BsonDocument> Run(string database, BsonDocument command, CancellationToken cancellationToken) =>
        _client.GetDatabase(database).RunCommandAsync<BsonDocument>(command, ReadPreference.PrimaryPreferred, cancellationToken);

    /// <summary>Runs a raw command on the primary.</summary>
    public Task<RawBsonDocument> RunRaw(string database, RawBsonDocument command, CancellationToken cancellationToken) =>
        _client.GetDatabase(database).RunCommandAsync<RawBsonDocument>(command, ReadPreference.Primary, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private const string Hopeless = "BackupFunctions.Hopeless";

    private static async Task Probe(MongoClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetDatabase("admin")
                .RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), ReadPreference.PrimaryPreferred, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (MongoErrors.IsTlsFailure(HeartbeatFailure(client)))
        {
            e.Data[Hopeless] = true; // a certificate does not change by waiting
            throw;
        }
    }

    private static MongoClientSettings Settings(MongoUri uri, string settingName, MongoConnectionOptions options)
    {
        var settings = MongoClientSettings.FromConnectionString(uri.DriverUri);
        if (!uri.OptionNames.Contains("appName")) settings.ApplicationName = options.ApplicationName;
        if (!Sets(uri, "serverSelectionTimeout")) settings.ServerSelectionTimeout = options.ServerSelectionTimeout;
        if (!Sets(uri, "connectTimeout")) settings.ConnectTimeout = options.ConnectTimeout;
        settings.WriteConcern = WriteConcern.WMajority;
        TlsSetup.Apply(uri.Tls, settings, settingName);
        return settings;
    }

    private static bool Sets(MongoUri uri, string option) => uri.OptionNames.Contains(option) || uri.OptionNames.Contains($"{option}MS");

    private static Exception? HeartbeatFailure(MongoClient client) =>
        client.Cluster.Description.Servers.Select(s => s.HeartbeatException).FirstOrDefault(e => e is not null);
}
