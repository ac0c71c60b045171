using System.Collections.Immutable;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Years.Source;

/// <summary>
/// Writes to the source, and keeps what that should have led to: the state behind each write, by the bytes that were sent, and the bytes of each oplog entry. Nothing of it is asked of the program.
/// </summary>
internal sealed class SourceHistory(EmbeddedMongoServer server, IMongoClient client)
{
    public const string Database = "years";
    private const int Collections = 2, Ids = 20;

    private readonly IMongoDatabase _database = client.GetDatabase(Database);
    private readonly List<SourcePoint> _points = [new(new(0, 0), ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal))];
    private readonly List<SourceEntry> _entries = [];
    private long _number;

    public SourcePoint Newest => _points[^1];

    /// <summary>Writes so many times.</summary>
    public async Task Write(Random random, int times)
    {
        for (; times > 0; times--)
        {
            var collection = $"c{random.Next(Collections)}";
            if (!Newest.State.ContainsKey(collection)) await Create(collection);
            await (random.Next(24) switch
            {
                0 => Drop(collection),
                < 5 => Delete(collection, random),
                < 8 => Transaction(random),
                _ => Put(collection, random),
            });
        }
        await ReadOplog();
    }

    /// <summary>The state at a time.</summary>
    public ImmutableSortedDictionary<string, byte[]> At(Optime time) => _points[IndexOf(time)].State;

    /// <summary>The times of writes between two, both included.</summary>
    public IReadOnlyList<Optime> Between(Optime from, Optime to)
    {
        var first = IndexOf(from);
        if (_points[first].At < from) first++;
        var last = IndexOf(to);
        return last < first ? [] : [.. _points[first..(last + 1)].Select(p => p.At)];
    }

    /// <summary>The oplog entries behind one time up to and with another.</summary>
    public IEnumerable<SourceEntry> Entries(Optime after, Optime through) => _entries.Where(e => e.At > after && e.At <= through);

    /// <summary>Forgets what no backup reaches back to.</summary>
    public void ForgetBefore(Optime time)
    {
        _points.RemoveRange(0, IndexOf(time));
        _entries.RemoveAll(e => e.At < time);
    }

    private async Task Create(string collection)
    {
        await _database.CreateCollectionAsync(collection);
        Record(Newest.State.SetItem(collection, []));
    }

    private async Task Drop(string collection)
    {
        await _database.DropCollectionAsync(collection);
        Record(Newest.State.RemoveRange(Newest.State.Keys.Where(k => k == collection || k.StartsWith($"{collection} ", StringComparison.Ordinal))));
    }

    private async Task Delete(string collection, Random random)
    {
        var id = random.Next(Ids);
        await Documents(collection).DeleteOneAsync(new BsonDocument("_id", id));
        Record(Newest.State.Remove(Key(collection, id)));
    }

    private async Task Put(string collection, Random random)
    {
        var document = Make(random);
        await Documents(collection).ReplaceOneAsync(new BsonDocument("_id", document["_id"]), document, new ReplaceOptions { IsUpsert = true });
        Record(Newest.State.SetItem(Key(collection, document["_id"].AsInt32), document.ToBson()));
    }

    private async Task Transaction(Random random)
    {
        using var session = await client.StartSessionAsync();
        session.StartTransaction();
        var state = Newest.State;
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            var collection = $"c{random.Next(Collections)}";
            if (!state.ContainsKey(collection)) continue;
            var document = Make(random);
            await Documents(collection).ReplaceOneAsync(session, new BsonDocument("_id", document["_id"]), document, new ReplaceOptions { IsUpsert = true });
            state = state.SetItem(Key(collection, document["_id"].AsInt32), document.ToBson());
        }
        await session.CommitTransactionAsync();
        Record(state);
    }

    // never twice the same: a write that changes nothing has no entry
    private BsonDocument Make(Random random) => new()
    {
        { "_id", random.Next(Ids) },
        { "n", ++_number },
        { "text", new string((char)('a' + random.Next(26)), random.Next(4, 120)) },
        { "list", new BsonArray(Enumerable.Range(0, random.Next(4)).Select(i => i * _number)) },
    };

    private void Record(ImmutableSortedDictionary<string, byte[]> state)
    {
        var at = server.Controls.LastOptime.ToOptime();
        if (at > Newest.At) _points.Add(new(at, state));
    }

    private async Task ReadOplog()
    {
        var after = _entries.Count > 0 ? _entries[^1].At : new(0, 0);
        var oplog = client.GetDatabase("local").GetCollection<RawBsonDocument>("oplog.rs");
        foreach (var entry in await oplog.Find(new BsonDocument("ts", new BsonDocument("$gt", after.ToTimestamp()))).Sort(new BsonDocument("$natural", 1)).ToListAsync())
        {
            using (entry) _entries.Add(new(entry["ts"].AsBsonTimestamp.ToOptime(), ((RawBsonDocument)entry).ToBson()));
        }
    }

    private int IndexOf(Optime time)
    {
        var (low, high) = (0, _points.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_points[middle].At <= time) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private IMongoCollection<BsonDocument> Documents(string collection) => _database.GetCollection<BsonDocument>(collection);

    private static string Key(string collection, int id) => $"{collection} {id:D2}";
}
