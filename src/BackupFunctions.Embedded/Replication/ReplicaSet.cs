using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>
/// Members over one store: which one is the primary, how far each has come, and what a majority has. A member that follows has everything at
/// once; one that is held or stopped keeps its state. Elections take no time.
/// </summary>
internal sealed class ReplicaSet
{
    private readonly Store _store;
    private volatile StoreState _committed = StoreState.Empty;
    private volatile Member? _primary;

    /// <summary>A set whose first member is the primary.</summary>
    public ReplicaSet(Store store, int members)
    {
        _store = store;
        Members = [.. Enumerable.Range(0, members).Select(i => new Member(this, i))];
        (_primary, Id, ElectedAt) = (Members[0], NewId(), Now);
    }

    public IReadOnlyList<Member> Members { get; }

    public ObjectId Id { get; }

    /// <summary>The primary, or null while no majority is running.</summary>
    public Member? Primary => _primary;

    /// <summary>The election term.</summary>
    public long Term { get; private set; } = 1;

    /// <summary>When the primary was elected.</summary>
    public DateTimeOffset ElectedAt { get; private set; }

    /// <summary>The optime of the newest entry at the election.</summary>
    public BsonTimestamp ElectionTime { get; private set; } = new(0, 0);

    /// <summary>Members that make a majority.</summary>
    public int Majority => (Members.Count / 2) + 1;

    /// <summary>The newest state that a majority has: it goes back in a rollback only.</summary>
    public StoreState Committed => _committed;

    public StoreState Newest => _store.State;

    public DateTimeOffset Now => _store.Time.GetUtcNow();

    /// <summary>Pulsed at each write, commit, election and change of a member.</summary>
    public ChangeSignal Changed { get; } = new();

    public ObjectId NewId() => _store.Ids.NextObjectId();

    /// <summary>Moves the majority commit point to where it belongs; under the store's lock.</summary>
    public void Advance()
    {
        var reached = Members.Select(m => m.Applied).OrderByDescending(s => s.Optime.Value).ElementAt(Majority - 1);
        if (reached.Optime.Value >= _committed.Optime.Value) _committed = reached;
        _store.History.Prune(_committed.Optime);
        if (ElectionTime.Value == 0) ElectionTime = reached.Optime;
        Changed.Pulse();
    }

    /// <summary>Keeps a secondary at the state of an optime, or at the one it has when that is null.</summary>
    public void Hold(Member member, BsonTimestamp? optime) => Locked(() =>
    {
        if (member.IsPrimary) throw new InvalidOperationException($"hold {member.Name}: the primary cannot lag behind itself");
        var state = optime is null ? member.Applied : _store.StateAt(optime)
            ?? throw new InvalidOperationException($"hold {member.Name}: the state at {optime} is no longer kept");
        (member.IsHeld, member.Behind) = (true, state);
    });

    /// <summary>Lets a held member follow again.</summary>
    public void Release(Member member) => Locked(() =>
    {
        member.IsHeld = false;
        CatchUp();
    });

    /// <summary>
    /// Makes another member the primary, in a new term: the one named, else the first that runs and has everything, else the old one again.
    /// </summary>
    public Member StepDown(Member? successor) => Locked(() =>
    {
        var next = successor ?? Candidate(_primary) ?? _primary ?? throw new InvalidOperationException("step down: there is no primary");
        if (!next.Running) throw new InvalidOperationException($"step down: {next.Name} is stopped and cannot be elected");
        Elect(next);
        return next;
    });

    /// <summary>A member that may be elected without loss, other than this one; or null.</summary>
    public Member? Candidate(Member? not) =>
        Members.FirstOrDefault(m => m != not && m.Running && !m.IsHeld && m.Applied.Optime.Value == Newest.Optime.Value);

    /// <summary>Takes a member out; when it was the primary, the most advanced of the others is elected if they are a majority.</summary>
    public void Stop(Member member) => Locked(() =>
    {
        (member.Behind, member.IsHeld, member.Running) = (member.Applied, false, false);
        var tooFew = Members.Count(m => m.Running) < Majority;
        if (member.IsPrimary || tooFew) _primary = null;
        ElectIfPossible();
        TopologyChanged();
    });

    /// <summary>Brings a member back; it catches up with the primary, and rolls back what the primary never had.</summary>
    public void Start(Member member) => Locked(() =>
    {
        member.Running = true;
        member.Restarted();
        ElectIfPossible();
        CatchUp();
        TopologyChanged();
    });

    /// <summary>
    /// Undoes the last entries, as when the primary that wrote them failed before anyone had them, and elects another member where there is
    /// one.
    /// </summary>
    public void Rollback(int entries, bool reuseTimestamps) => Locked(() =>
    {
        var oplog = Newest.Catalog.FindCollection(Namespace.Oplog)!;
        if (entries < 1 || entries >= oplog.Count)
            throw new ArgumentOutOfRangeException(nameof(entries), entries, $"roll back: the oplog has {oplog.Count} entries, and one has to stay");
        var optime = new BsonTimestamp(oplog.At(oplog.Count - 1 - entries).Id);
        var state = _store.StateAt(optime) ?? throw new InvalidOperationException($"roll back {entries} entries: the state at {optime} is no longer kept");
        ReturnTo(state, reuseTimestamps);
        Elect(Candidate(_primary) ?? _primary ?? Best() ?? throw new InvalidOperationException("roll back: no member is running"));
    });

    private void Elect(Member member)
    {
        if (member.Applied.Optime.Value < Newest.Optime.Value) ReturnTo(member.Applied, reuseTimestamps: false);
        (member.Behind, member.IsHeld) = (null, false);
        _primary = member;
        _store.EnterTerm(++Term);
        CatchUp();
        ElectedAt = Now;
        ElectionTime = _store.WriteNoop(RawValue.From(new BsonDocument("msg", "new primary")));
        TopologyChanged();
    }

    private void ReturnTo(StoreState state, bool reuseTimestamps)
    {
        var rolledBack = Members.Where(m => m.Applied.Optime.Value > state.Optime.Value).ToList();
        var now = _store.ReturnTo(state, reuseTimestamps);
        if (_committed.Optime.Value > now.Optime.Value) _committed = now;
        foreach (var member in rolledBack)
        {
            member.RollbackId++;
            if (member.Behind is not null) member.Behind = now;
            member.Interrupt();
        }
    }

    private void ElectIfPossible()
    {
        if (_primary is null && Members.Count(m => m.Running) >= Majority && Best() is { } best) Elect(best);
    }

    private Member? Best() => Members.Where(m => m.Running).MaxBy(m => m.Applied.Optime.Value);

    // Without a primary there is nobody to catch up with.
    private void CatchUp()
    {
        if (_primary is null) return;
        foreach (var member in Members.Where(m => m is { Running: true, IsHeld: false })) member.Behind = null;
    }

    private void TopologyChanged()
    {
        foreach (var member in Members) member.TopologyCounter++;
    }

    private void Locked(Action action) => Locked(() =>
    {
        action();
        return 0;
    });

    private T Locked<T>(Func<T> action) => _store.Exclusively(() =>
    {
        var result = action();
        Advance();
        return result;
    });
}
