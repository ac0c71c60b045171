using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Bounds;

/// <summary>A write that the server acknowledged: behind one optime, at another or before it. The changes are one whole.</summary>
internal sealed record AcknowledgedWrite(string Writer, Optime Behind, Optime AtMost, IReadOnlyList<Change> Changes);

/// <summary>
/// Writes on a session of its own, one write after the other, and keeps what was acknowledged. Its counter grows by one with each increment; a
/// transaction gives the documents of this writer in three collections the counter's value.
/// </summary>
internal sealed class CounterWriter(IMongoClient client, int number, int seed)
{
    private const string Counters = "counters.own";
    private static readonly string[] Ledgers = ["ledger.a", "ledger.b", "books.c"];

    private readonly Random _random = new(seed);
    private readonly List<string> _items = [];
    private readonly List<AcknowledgedWrite> _writes = [];
    private readonly string _name = $"writer-{number}";
    private long _count, _made;

    public IReadOnlyList<AcknowledgedWrite> Writes => _writes;

    /// <summary>Writes until it is stopped, so many times at most.</summary>
    public async Task Run(int most, Func<bool> stopped)
    {
        using var session = await client.StartSessionAsync();
        // the documents that later writes update; from here on the session has an operation time
        await Collection(Counters).InsertOneAsync(session, Document(_name, 0));
        foreach (var ledger in Ledgers) await Collection(ledger).InsertOneAsync(session, Document(_name, 0));
        _writes.Add(new(_name, new(0, 0), Time(session), [.. Ledgers.Append(Counters).Select(c => new Change($"{c} {_name}", 0))]));
        // creates the collection of items: two transactions that create one conflict
        await Alone(session, Insert);
        for (var i = 0; i < most && !stopped(); i++)
        {
            await (_random.Next(10) switch
            {
                < 3 => Alone(session, Increment),
                < 6 => Transaction(session, commit: true),
                6 => Transaction(session, commit: false),
                7 => Alone(session, Insert),
                8 => Several(session),
                _ => Alone(session, Delete),
            });
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private async Task Alone(IClientSessionHandle session, Func<IClientSessionHandle, Task<Change?>> write)
    {
        var behind = Time(session);
        if (await write(session) is { } change) _writes.Add(new(_name, behind, Time(session), [change]));
    }

    private async Task Several(IClientSessionHandle session)
    {
        var behind = Time(session);
        var documents = Enumerable.Range(0, 3).Select(_ => Item()).ToList();
        await Collection("ledger.items").InsertManyAsync(session, documents);
        foreach (var document in documents) _writes.Add(new(_name, behind, Time(session), [Added(document)]));
    }

    private async Task Transaction(IClientSessionHandle session, bool commit)
    {
        var (behind, count, items) = (Time(session), _count, _items.ToList());
        var changes = new List<Change>();
        session.StartTransaction();
        changes.Add((await Increment(session))!);
        foreach (var ledger in Ledgers)
        {
            await Collection(ledger).UpdateOneAsync(session, new BsonDocument("_id", _name), new BsonDocument("$set", new BsonDocument("n", _count)));
            changes.Add(new($"{ledger} {_name}", _count));
        }
        if (await Delete(session) is { } deleted) changes.Add(deleted);
        for (var left = _random.Next(3); left > 0; left--) changes.Add((await Insert(session))!);
        if (commit)
        {
            await session.CommitTransactionAsync();
            _writes.Add(new(_name, behind, Time(session), changes));
            return;
        }
        await session.AbortTransactionAsync();
        _count = count;
        _items.Clear();
        _items.AddRange(items);
    }

    private async Task<Change?> Increment(IClientSessionHandle session)
    {
        await Collection(Counters).UpdateOneAsync(session, new BsonDocument("_id", _name), new BsonDocument("$inc", new BsonDocument("n", 1L)));
        return new($"{Counters} {_name}", ++_count);
    }

    private async Task<Change?> Insert(IClientSessionHandle session)
    {
        var item = Item();
        await Collection("ledger.items").InsertOneAsync(session, item);
        return Added(item);
    }

    private async Task<Change?> Delete(IClientSessionHandle session)
    {
        if (_items.Count == 0) return null;
        var id = _items[_random.Next(_items.Count)];
        await Collection("ledger.items").DeleteOneAsync(session, new BsonDocument("_id", id));
        _items.Remove(id);
        return new($"ledger.items {id}", null);
    }

    // no id is ever used again, whatever becomes of it
    private BsonDocument Item() => Document($"{_name}/{++_made}", _made);

    private Change Added(BsonDocument item)
    {
        _items.Add(item["_id"].AsString);
        return new($"ledger.items {item["_id"]}", item["n"].AsInt64);
    }

    private static BsonDocument Document(string id, long n) => new() { { "_id", id }, { "n", n }, { "text", new string('x', 150) } };

    private IMongoCollection<BsonDocument> Collection(string ns)
    {
        var dot = ns.IndexOf('.', StringComparison.Ordinal);
        return client.GetDatabase(ns[..dot]).GetCollection<BsonDocument>(ns[(dot + 1)..]);
    }

    private static Optime Time(IClientSessionHandle session) => session.OperationTime.ToOptime();
}
