using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// Switches the deletion by age off on the primary for the time of a restore, which would otherwise lose old documents while it runs.
/// Disposing puts it back as it was. That it was on is kept on the server, so that whoever restores there after a crash switches it on again in the end.
/// Where we may not, building TTL indexes last has to do.
/// </summary>
public sealed class TtlMonitorPause : IAsyncDisposable
{
    private const string Parameter = "ttlMonitorEnabled", Kept = "ttl_monitor";
    private static readonly BsonDocument s_wasOn = new("_id", "was_on");
    private readonly MongoConnection? _connection;

    private TtlMonitorPause(MongoConnection? connection) => _connection = connection;

    /// <summary>Whether this switched it off; false as well when it was off before, and no restore that was killed had switched it off.</summary>
    public bool IsActive => _connection is not null;

    /// <summary>Whether it deletes at present; null where that may not be asked, or is not known.</summary>
    public static async Task<bool?> IsOn(MongoConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await Admin(connection, new BsonDocument { { "getParameter", 1 }, { Parameter, 1 } }, cancellationToken).ConfigureAwait(false);
            return reply.TryGetValue(Parameter, out var enabled) ? enabled.ToBoolean() : null;
        }
        catch (MongoCommandException)
        {
            return null;
        }
    }

    /// <summary>Switches it off; a server that refuses is fine.</summary>
    public static async Task<TtlMonitorPause> Begin(MongoConnection connection, CancellationToken cancellationToken)
    {
        var noted = false;
        try
        {
            if (await IsOn(connection, cancellationToken).ConfigureAwait(false) is not { } isOn) return new(null);
            if (isOn)
            {
                await WasOn(connection).ReplaceOneAsync(s_wasOn, s_wasOn, new ReplaceOptions { IsUpsert = true }, cancellationToken).ConfigureAwait(false);
                noted = true;
            }
            else if (await WasOn(connection).CountDocumentsAsync(s_wasOn, cancellationToken: cancellationToken).ConfigureAwait(false) == 0)
                return new(null);
            await Set(connection, false, cancellationToken).ConfigureAwait(false);
            return new(connection);
        }
        catch (MongoCommandException)
        {
            // what we could not switch off nobody is to switch on again: by then somebody else may have switched it off
            if (noted) await WasOn(connection).Database.DropCollectionAsync(Kept, cancellationToken).ConfigureAwait(false);
            return new(null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is null) return;
        var retry = MongoRetry.Create(4, _connection.Time, MongoErrors.IsTransient);
        try
        {
            await retry.ExecuteAsync(async ct =>
            {
                await Set(_connection, true, ct).ConfigureAwait(false);
                await WasOn(_connection).Database.DropCollectionAsync(Kept, ct).ConfigureAwait(false);
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            throw new BackupException(ErrorKind.Failed, $"switch the TTL monitor of {_connection.Name} on again: {e.Message.TrimEnd('.')}",
                "run db.adminCommand({setParameter: 1, ttlMonitorEnabled: true}) on the primary", e);
        }
    }

    private static IMongoCollection<BsonDocument> WasOn(MongoConnection connection) =>
        connection.Client.GetDatabase(NamespaceFilter.RestoreDatabase).GetCollection<BsonDocument>(Kept).WithReadPreference(ReadPreference.Primary);

    private static Task<BsonDocument> Set(MongoConnection connection, bool enabled, CancellationToken cancellationToken) =>
        Admin(connection, new BsonDocument { { "setParameter", 1 }, { Parameter, enabled } }, cancellationToken);

    private static Task<BsonDocument> Admin(MongoConnection connection, BsonDocument command, CancellationToken cancellationToken) =>
        connection.Client.GetDatabase("admin").RunCommandAsync<BsonDocument>(command, ReadPreference.Primary, cancellationToken);
}
