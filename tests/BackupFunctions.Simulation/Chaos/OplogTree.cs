using System.Collections.Immutable;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Chaos;

/// <summary>An oplog entry, the one before it, and all numbers as they were then.</summary>
internal sealed record OplogNode(Optime At, OplogNode? Parent, ImmutableSortedDictionary<string, long> State);

/// <summary>
/// Every history that a server has had: entries that were rolled back stay, and what was written instead is another branch. An entry is told by
/// its time and term, so that two of one time are two.
/// </summary>
internal sealed class OplogTree(EmbeddedMongoServer server, IMongoClient client)
{
    private readonly Dictionary<Optime, OplogNode> _nodes = [];
    private readonly CommittedChanges _changes = new();

    public OplogNode Newest { get; private set; } = new(new(0, 0), null, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal));

    /// <summary>Takes over what was written since it was last asked.</summary>
    public async Task Grow()
    {
        foreach (var (at, changes) in await Read())
        {
            var state = Newest.State;
            foreach (var change in changes) state = change.Value is { } value ? state.SetItem(change.Key, value) : state.Remove(change.Key);
            Newest = _nodes[at] = new(at, Newest, state);
        }
        Newest.At.ToTimestamp().ShouldBe(server.Controls.LastOptime);
    }

    /// <summary>Goes back over the last entries, which must be known.</summary>
    public void RollBack(int entries)
    {
        for (; entries > 0; entries--) Newest = Newest.Parent!;
    }

    /// <summary>The numbers at a time, in the history that this entry ends.</summary>
    public IReadOnlyDictionary<string, long> At(Optime time, Optime end)
    {
        _nodes.TryGetValue(end, out var node).ShouldBeTrue($"no entry {end} of term {end.Term} was ever written");
        while (node!.At > time) node = node.Parent!;
        return node.State;
    }

    /// <summary>Whether the present history has this entry.</summary>
    public bool Has(Optime entry)
    {
        for (var node = Newest; node is not null; node = node.Parent)
            if (node.At == entry) return true;
        return false;
    }

    /// <summary>Times of the present history and of the lost ones between two, both included.</summary>
    public IReadOnlyList<Optime> Between(Optime from, Optime to) => [.. _nodes.Keys.Where(k => k >= from && k <= to).OrderBy(k => k)];

    // connections to members that were rolled back are closed, and the driver may not know of the new primary yet; it tries again only once
    private async Task<List<CommittedEntry>> Read()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _changes.Read(client, Newest.At.ToTimestamp());
            }
            catch (MongoException e) when (attempt < 10 && e is (MongoConnectionException or MongoNotPrimaryException))
            {
                // the failure has emptied the pool, and the driver looks for the primary anew
            }
        }
    }
}
