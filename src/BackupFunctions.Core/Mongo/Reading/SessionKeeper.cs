using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// A server session that outlives a slow reader: the server ends sessions, and their cursors, after 30 minutes without a sign of life.
/// </summary>
internal sealed class SessionKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _refreshing;

    private SessionKeeper(IClientSessionHandle session, IMongoClient client, TimeProvider time)
    {
        Session = session;
        _refreshing = Refresh(client, session.ServerSession.Id, time, _stop.Token);
    }

    /// <summary>The session; used by one operation at a time.</summary>
    public IClientSessionHandle Session { get; }

    public static async Task<SessionKeeper> Start(MongoConnection connection, CancellationToken cancellationToken) =>
        new(await connection.Client.StartSessionAsync(cancellationToken: cancellationToken).ConfigureAwait(false), connection.Client, connection.Time);

    private static async Task Refresh(IMongoClient client, BsonDocument id, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var command = new BsonDocument("refreshSessions", new BsonArray { id });
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(command, ReadPreference.PrimaryPreferred, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is MongoException or TimeoutException)
                {
                    // the next tick tries again; a session that is lost nevertheless shows as a lost cursor, which the reader reopens
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _refreshing.ConfigureAwait(false);
        _stop.Dispose();
        Session.Dispose();
    }
}
