using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>A session that is refreshed until it is disposed.</summary>
internal sealed class SessionKeeper : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _refreshing;

    private SessionKeeper(MongoConnection connection, IClientSessionHandle session)
    {
        Session = session;
        var command = new BsonDocument("refreshSessions", new BsonArray { session.ServerSession.Id });
        _refreshing = SessionRefresh.Run(stop => connection.Run("admin", command, stop), connection.Time, _stop.Token);
    }

    /// <summary>The session; used by one operation at a time.</summary>
    public IClientSessionHandle Session { get; }

    public static async Task<SessionKeeper> Start(MongoConnection connection, CancellationToken cancellationToken) =>
        new(connection, await connection.Client.StartSessionAsync(cancellationToken: cancellationToken).ConfigureAwait(false));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _refreshing.ConfigureAwait(false);
        _stop.Dispose();
        Session.Dispose();
    }
}
