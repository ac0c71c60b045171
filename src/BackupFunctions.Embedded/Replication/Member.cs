using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>One member of the replica set: which state of the common store it shows. Changed under the store's lock, read from any thread.</summary>
internal sealed class Member(ReplicaSet set, int index)
{
    private readonly List<Action> _interruptions = [];
    private volatile StoreState? _behind;

    public ReplicaSet Set => set;

    /// <summary>Its number in the configuration, from 0.</summary>
    public int Index => index;

    /// <summary><c>host:port</c>.</summary>
    public string Name { get; set; } = $"member{index}";

    public bool Running { get; set; } = true;

    public bool IsPrimary => set.Primary == this;

    /// <summary>Whether it was told not to follow.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The state it has not gone beyond, or null when it follows the primary.</summary>
    public StoreState? Behind
    {
        get => _behind;
        set => _behind = value;
    }

    /// <summary>How often it was rolled back, plus one.</summary>
    public int RollbackId { get; set; } = 1;

    /// <summary>Counts changes of what hello says.</summary>
    public long TopologyCounter { get; set; }

    /// <summary>The process, new at each start.</summary>
    public ObjectId ProcessId { get; set; } = set.NewId();

    public DateTimeOffset Started { get; set; } = set.Now;

    /// <summary>The state it has applied.</summary>
    public StoreState Applied => _behind ?? set.Newest;

    /// <summary>The state that it knows to be on a majority of the members.</summary>
    public StoreState Committed
    {
        get
        {
            var (applied, committed) = (Applied, set.Committed);
            return committed.Optime.Value <= applied.Optime.Value ? committed : applied;
        }
    }

    public BsonDocument TopologyVersion => new() { { "processId", ProcessId }, { "counter", TopologyCounter } };

    /// <summary>Has something done whenever the member is rolled back: what its clients were doing ends.</summary>
    public void OnInterrupt(Action action)
    {
        lock (_interruptions) _interruptions.Add(action);
    }

    public void Interrupt()
    {
        Action[] actions;
        lock (_interruptions) actions = [.. _interruptions];
        foreach (var action in actions) action();
    }

    /// <summary>A new process: nothing is left of the last one's clients.</summary>
    public void Restarted()
    {
        lock (_interruptions) _interruptions.Clear();
        (ProcessId, TopologyCounter, Started) = (set.NewId(), 0, set.Now);
    }

    /// <summary>What a state of this member shows: its data, and the oplog as far as it reaches in it.</summary>
    public Catalog Visible(StoreState state)
    {
        var newest = set.Newest;
        if (ReferenceEquals(state, newest)) return state.Catalog;
        var oplog = (StoredCollection)newest.Catalog.Find(Namespace.Oplog)!;
        return state.Catalog.With(new BoundedOplog(oplog, state.Optime));
    }
}
