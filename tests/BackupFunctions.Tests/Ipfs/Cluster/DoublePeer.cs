using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs.Cluster;

/// <summary>One peer of <see cref="ClusterDouble"/>: its real node, and what a test makes it say of pins.</summary>
internal sealed class DoublePeer(string id, string name, Uri node, string nodeId)
{
    private readonly Lock _gate = new();
    private readonly Queue<(string Status, string Error)> _says = [];
    private readonly HashSet<Cid> _pinned = [];

    public string Id => id;

    public string Name => name;

    public Uri Node => node;

    public string NodeId { get; set; } = nodeId;

    /// <summary>What it says for ever, in place of all else.</summary>
    public string? Stuck { get; set; }

    /// <summary>Says this once before it does anything; an error until it is recovered.</summary>
    public void Say(string status, string error = "")
    {
        lock (_gate) _says.Enqueue((status, error));
    }

    /// <summary>What it says of a pin that is its own; <paramref name="pin"/> pins on the node, and gives the error.</summary>
    public async Task<(string Status, string Error)> StatusOf(Cid root, Func<Task<string>> pin)
    {
        lock (_gate)
        {
            if (Stuck is not null) return (Stuck, "");
            if (_says.TryPeek(out var said))
            {
                if (!IsError(said.Status)) _says.Dequeue();
                return said;
            }
            if (_pinned.Contains(root)) return ("pinned", "");
        }
        if (await pin() is { Length: > 0 } error) return ("pin_error", error);
        lock (_gate) _pinned.Add(root);
        return ("pinned", "");
    }

    public void Recover()
    {
        lock (_gate)
            if (_says.TryPeek(out var said) && IsError(said.Status)) _says.Dequeue();
    }

    public void Forget(Cid root)
    {
        lock (_gate) _pinned.Remove(root);
    }

    private static bool IsError(string status) => status is "pin_error" or "unexpectedly_unpinned";
}
