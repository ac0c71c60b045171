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

    /// <summary>
    /// Starts a session; with a snapshot its reads all see the data of that cluster time. A causally consistent one waits on a member that lags
    /// behind what the session has seen, for as long as that takes.
    /// </summary>
    public static async Task<SessionKeeper> Start(MongoConnection connection, CancellationToken cancellationToken, BsonTimestamp? snapshot = null, bool causallyConsistent = true)
    {
        var options = snapshot is null ? new ClientSessionOptions { CausalConsistency = causallyConsistent } : new ClientSessionOptions { Snapshot = true, SnapshotTime = snapshot };
        return new(connection, await connection.Client.StartSessionAsync(options, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _refreshing.ConfigureAwait(false);
        _stop.Dispose();
        Session.Dispose();
    }
}
