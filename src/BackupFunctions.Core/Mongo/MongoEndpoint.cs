namespace BackupFunctions.Mongo;

/// <summary>A server that a setting names, connected to when it is first needed and then kept.</summary>
public sealed class MongoEndpoint(Func<CancellationToken, Task<MongoConnection>> open) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private MongoConnection? _connection;

    /// <summary>The connection; a failed attempt is made again at the next call.</summary>
    public async Task<MongoConnection> Connect(CancellationToken cancellationToken)
    {
        if (_connection is { } connected) return connected;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _connection ??= await open(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection?.Dispose();
        _gate.Dispose();
    }
}
