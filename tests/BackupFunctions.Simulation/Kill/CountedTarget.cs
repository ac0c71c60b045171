using System.Collections.Frozen;
using BackupFunctions.Embedded.Server;

namespace BackupFunctions.Simulation.Kill;

/// <summary>An empty server that counts the writing commands which reach it, and acts when it has seen so many.</summary>
internal sealed class CountedTarget : IAsyncDisposable
{
    private static readonly FrozenSet<string> Writing = FrozenSet.Create(StringComparer.Ordinal,
        "insert", "update", "delete", "findAndModify", "create", "createIndexes", "collMod", "drop", "dropDatabase", "dropIndexes", "renameCollection", "convertToCapped", "emptycapped", "applyOps");

    private EmbeddedMongoServer _server = null!;
    private int _seen;
    private (int Count, Action Action)? _at;

    public string Uri => _server.ConnectionString;

    public int Seen => _seen;

    public static async Task<CountedTarget> Start()
    {
        var target = new CountedTarget();
        target._server = await EmbeddedMongoServer.Start(new() { OnCommand = target.Count });
        return target;
    }

    /// <summary>Acts before the command that makes it so many from now on.</summary>
    public void After(int count, Action action) => _at = (Volatile.Read(ref _seen) + count, action);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void Count(string command)
    {
        if (!Writing.Contains(command)) return;
        var seen = Interlocked.Increment(ref _seen);
        if (_at is { } at && seen == at.Count) at.Action();
    }
}
