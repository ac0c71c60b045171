using System.Collections.Immutable;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// Makes happen to a running server what a client of a real one has to survive. Members are numbered from 0. What a call does is done, and seen
/// by every later command, when it returns.
/// </summary>
public sealed class TestControls
{
    private readonly Store _store;
    private readonly ShiftedTime _time;
    private readonly Func<Member, Task> _stopListening;
    private readonly Action<Member> _startListening;

    internal TestControls(Store store, ShiftedTime time, Func<Member, Task> stopListening, Action<Member> startListening) =>
        (_store, _time, _stopListening, _startListening) = (store, time, stopListening, startListening);

    /// <summary><c>host:port</c> of each member.</summary>
    public IReadOnlyList<string> Hosts => [.. Set.Members.Select(m => m.Name)];

    /// <summary>The primary, or null while no majority is running.</summary>
    public int? Primary => Set.Primary?.Index;

    /// <summary>The election term.</summary>
    public long Term => Set.Term;

    /// <summary>Timestamp of the newest oplog entry.</summary>
    public BsonTimestamp LastOptime => _store.LastOptime;

    /// <summary>Timestamp of the newest entry that a majority has.</summary>
    public BsonTimestamp MajorityOptime => Set.Committed.Optime;

    private ReplicaSet Set => _store.Replication;

    /// <summary>Timestamp of the newest entry that a member has.</summary>
    public BsonTimestamp AppliedOptime(int member) => Set.Members[member].Applied.Optime;

    /// <summary>How often a member was rolled back, plus one: its <c>replSetGetRBID</c>.</summary>
    public int RollbackId(int member) => Set.Members[member].RollbackId;

    /// <summary>
    /// Elects another member in a new term, which writes <c>{msg: "new primary"}</c>: the one given, else the first that runs and has everything,
    /// else the old primary again. A successor that lags takes the entries it lacks away from the others: they are rolled back. Connections and
    /// cursors survive otherwise.
    /// </summary>
    /// <returns>The new primary.</returns>
    /// <exception cref="InvalidOperationException">There is no primary, or the successor is stopped.</exception>
    public int StepDown(int? successor = null) => Set.StepDown(successor is { } index ? Set.Members[index] : null).Index;

    /// <summary>
    /// Stops a member: its port is closed, its connections and cursors are gone. A primary's place is taken by the most advanced of the others, if
    /// these are a majority; else the set has no primary.
    /// </summary>
    public async Task StopMember(int member)
    {
        if (!Set.Members[member].Running) return;
        Set.Stop(Set.Members[member]);
        await _stopListening(Set.Members[member]);
    }

    /// <summary>Starts a member that was stopped, on its port; it has caught up when this returns, unless there is no primary.</summary>
    public void StartMember(int member)
    {
        if (Set.Members[member].Running) return;
        Set.Start(Set.Members[member]);
        _startListening(Set.Members[member]);
    }

    /// <summary>
    /// Lets a secondary lag: it serves the state it has, or that of an earlier optime, until <see cref="Release"/>. With a majority of the
    /// members held, nothing more is committed, and writes that wait for a majority (the default write concern) wait.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is the primary, or the state at this optime is no longer kept.</exception>
    public void Hold(int member, BsonTimestamp? optime = null) => Set.Hold(Set.Members[member], optime);

    /// <summary>Lets a held member catch up.</summary>
    public void Release(int member) => Set.Release(Set.Members[member]);

    /// <summary>
    /// Undoes the last entries of the oplog and what they did, committed or not, and has a primary elected in a new term. Members that had the
    /// entries are rolled back: their rollback id grows, their connections and cursors are closed.
    /// </summary>
    /// <param name="entries">How many, from 1.</param>
    /// <param name="reuseTimestamps">Whether the entries of the new term may have the timestamps of those that are gone, as when the new primary had never heard of them.</param>
    /// <exception cref="ArgumentOutOfRangeException">The oplog has not so many, and one more.</exception>
    /// <exception cref="InvalidOperationException">The state before them is no longer kept.</exception>
    public void Rollback(int entries, bool reuseTimestamps = false) => Set.Rollback(entries, reuseTimestamps);

    /// <summary>Puts the clock forward, or back by a negative span. Optimes still only grow.</summary>
    public void JumpClock(TimeSpan by) => _time.Jump(by);

    /// <summary>Writes a no-op entry.</summary>
    /// <returns>Its timestamp.</returns>
    public BsonTimestamp WriteNoop(string message = "periodic noop") => _store.WriteNoop(RawValue.From(new BsonDocument("msg", message)));

    /// <summary>Drops the oplog's entries before a timestamp, as when it rolls over; the newest one stays.</summary>
    public void DropOplogBefore(BsonTimestamp timestamp) => DropOplog((record, _) => record.Id < timestamp.Value);

    /// <summary>Drops all but the last entries of the oplog, as when it rolls over; at least one stays.</summary>
    public void KeepOplogEntries(int last) => DropOplog((_, left) => left > last);

    /// <summary>Begins to build an index, as <c>createIndexes</c> does over data, and leaves it unfinished until <see cref="CommitIndexBuild"/>.</summary>
    /// <returns>The build's UUID.</returns>
    public Guid StartIndexBuild(string database, string collection, BsonDocument specification) => _store.Write(unit =>
    {
        var building = unit.Edit(new(database, collection)).Current;
        var definition = new IndexDefinition(IndexSpecification.Complete(RawValue.From(specification), ignoreUnknown: false, building.Options.Document["collation"u8]));
        var id = IndexBuildLog.Start(unit, building, [definition]);
        unit.Put(building.With(building.Builds.Add(new(id, definition))));
        return id.ToGuid();
    });

    /// <summary>Ends the builds of a collection's indexes: they are ready.</summary>
    public void CommitIndexBuild(string database, string collection) => _store.Write(unit =>
    {
        var built = unit.Edit(new(database, collection)).Current;
        unit.Put(built.With(built.States.AddRange(built.Builds.Select(b => CreateIndexesCommand.Build(built, b.Definition)))).With(ImmutableArray<IndexBuild>.Empty));
        foreach (var build in built.Builds) IndexBuildLog.Committed(unit, built, build.Id, [build.Definition]);
        return 0;
    });

    private void DropOplog(Func<Record, long, bool> drops) => _store.Write(unit =>
    {
        var oplog = unit.Edit(Namespace.Oplog);
        var left = oplog.Current.Count;
        foreach (var record in oplog.Current.Natural(forward: true))
        {
            if (left == 1 || !drops(record, left)) break;
            oplog.Remove(record);
            left--;
        }
        return 0;
    });
}
