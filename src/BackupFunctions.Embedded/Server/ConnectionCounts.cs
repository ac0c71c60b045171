namespace BackupFunctions.Embedded.Server;

/// <summary>Counts connections; any thread may call it.</summary>
internal sealed class ConnectionCounts
{
    private int _current;
    private long _total;

    /// <summary>Connections that are open.</summary>
    public int Current => Volatile.Read(ref _current);

    /// <summary>Connections since the start.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>Counts a new connection; gives its number, from 1.</summary>
    public long Open()
    {
        Interlocked.Increment(ref _current);
        return Interlocked.Increment(ref _total);
    }

    /// <summary>Counts a connection's end.</summary>
    public void Close() => Interlocked.Decrement(ref _current);
}
