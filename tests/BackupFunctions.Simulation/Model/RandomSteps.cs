using BackupFunctions.Embedded.Server;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Model;

/// <summary>Random steps on a server and on the model: documents, transactions, definitions.</summary>
internal sealed class RandomSteps
{
    private readonly EmbeddedMongoServer _server;
    private readonly IMongoClient _client;
    private readonly Random _random;
    private readonly DocumentWrites _writes;
    private readonly IClientSessionHandle _session;
    private readonly DefinitionSteps _definitions;

    public RandomSteps(EmbeddedMongoServer server, IMongoClient client, Random random)
    {
        (_server, _client, _random, _writes, _session) = (server, client, random, new(random), client.StartSession());
        _definitions = new(client, random);
    }

    public ModelState State { get; private set; } = ModelState.Empty;

    public ModelHistory History { get; } = new();

    public async Task Run(int steps)
    {
        for (; steps > 0; steps--)
        {
            var done = await (_random.Next(12) switch
            {
                < 4 => One(),
                4 => Many(),
                5 => ManyAtOnce(),
                < 9 => Transaction(),
                _ => _definitions.Any(State),
            });
            State = done.State;
            History.Record(_server.Controls.LastOptime.ToOptime(), done.State, done.Whole, done.Name);
        }
    }

    private async Task<Step> One()
    {
        var ns = AnyName();
        var found = State.Find(ns);
        var write = found is null or { IsCapped: false } && _random.Next(6) == 0 ? _writes.Upsert() : _writes.Any(found ?? ModelCollection.Create([]));
        await write.Send(Collection(ns), _session);
        // a collection that was not there is made by an entry of its own
        return new($"{ns}: {write.Name}", State.Set(ns, write.Apply(found ?? ModelCollection.Create([]))), found is not null);
    }

    private async Task<Step> Many()
    {
        var ns = AnyName();
        var documents = _writes.Documents(_random.Next(2, 8));
        await Collection(ns).InsertManyAsync(_session, documents);
        return new($"{ns}: insert {documents.Count}", State.Set(ns, documents.Aggregate(State.Find(ns) ?? ModelCollection.Create([]), (c, d) => c.Insert(d))), Whole: false);
    }

    private async Task<Step> ManyAtOnce()
    {
        if (Existing(c => !c.IsCapped) is not { } ns) return await Many();
        var (collection, below) = (State.Find(ns)!, _random.NextInt64(300));
        var filter = new BsonDocument("n", new BsonDocument("$lt", below));
        if (_random.Next(3) == 0)
        {
            await Collection(ns).DeleteManyAsync(_session, filter);
            return new($"{ns}: delete n < {below}", State.Set(ns, collection.Delete(d => d["n"].AsInt64 < below)), Whole: false);
        }
        await Collection(ns).UpdateManyAsync(_session, filter, new BsonDocument("$inc", new BsonDocument("n", 7L)));
        return new($"{ns}: increment n < {below}", State.Set(ns, collection.Update(d => d["n"].AsInt64 < below, d => d["n"] = d["n"].AsInt64 + 7)), Whole: false);
    }

    private async Task<Step> Transaction()
    {
        var (state, names) = (State, new List<string>());
        _session.StartTransaction();
        for (var left = _random.Next(1, 8); left > 0; left--)
        {
            var ns = AnyName();
            // capped collections take no part in transactions
            if (state.Find(ns) is { IsCapped: true }) continue;
            var collection = state.Find(ns) ?? ModelCollection.Create([]);
            var write = _writes.Any(collection);
            await write.Send(Collection(ns), _session);
            state = state.Set(ns, write.Apply(collection));
            names.Add($"{ns}: {write.Name}");
        }
        if (_random.Next(4) == 0)
        {
            await _session.AbortTransactionAsync();
            return new("aborted transaction", State, Whole: true);
        }
        await _session.CommitTransactionAsync();
        return new($"transaction of {string.Join(", ", names)}", state, Whole: true);
    }

    private string AnyName() => DefinitionSteps.Name(_random, "c", 4);

    private string? Existing(Func<ModelCollection, bool> fits)
    {
        var names = State.Collections.Where(c => !c.Value.IsView && fits(c.Value)).Select(c => c.Key).ToList();
        return names.Count == 0 ? null : names[_random.Next(names.Count)];
    }

    private IMongoCollection<BsonDocument> Collection(string ns)
    {
        var dot = ns.IndexOf('.', StringComparison.Ordinal);
        return _client.GetDatabase(ns[..dot]).GetCollection<BsonDocument>(ns[(dot + 1)..]);
    }
}

/// <summary>A step that was done: the state that it should have led to, and whether it is one commit.</summary>
internal sealed record Step(string Name, ModelState State, bool Whole);
