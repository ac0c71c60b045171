using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>Writes <c>{msg: "periodic noop"}</c> whenever an interval has passed without a write, as a primary does.</summary>
internal sealed class NoopWriter : IAsyncDisposable
{
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    public NoopWriter(Store store, TimeSpan interval)
    {
        _timer = new PeriodicTimer(interval, store.Time);
        _running = Run(store);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task Run(Store store)
    {
        var seen = store.LastOptime;
        while (await _timer.WaitForNextTickAsync())
        {
            if (store.LastOptime.Value == seen.Value && store.Replication.Primary is not null)
                store.WriteNoop(RawValue.From(new BsonDocument("msg", "periodic noop")));
            seen = store.LastOptime;
        }
    }
}
