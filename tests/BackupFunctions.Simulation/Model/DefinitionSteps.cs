using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Model;

/// <summary>Random changes to collections, views and indexes.</summary>
internal sealed class DefinitionSteps(IMongoClient client, Random random)
{
    private static readonly string[] Databases = ["alpha", "beta"];

    private static readonly string[] IndexSpecs =
    [
        "{key: {n: 1}, name: 'n'}",
        "{key: {u: 1}, name: 'u', unique: true}",
        "{key: {text: -1, n: 1}, name: 'text_n', sparse: true}",
        "{key: {n: -1}, name: 'part', partialFilterExpression: {n: {$gt: 5}}}",
        "{key: {at: 1}, name: 'ttl', expireAfterSeconds: 2000000000}",
        "{key: {'sub.x': 1}, name: 'sub'}",
        "{key: {list: 1}, name: 'list', hidden: true}",
    ];

    private static readonly string[] CollectionOptions =
    [
        "{}",
        "{capped: true, size: 1048576, max: 5}",
        "{clusteredIndex: {v: 2, key: {_id: 1}, name: 'by id', unique: true}}",
        "{validator: {n: {$gte: 0}}, validationLevel: 'moderate', validationAction: 'error'}",
    ];

    public static string Name(Random random, string prefix, int count) => $"{Databases[random.Next(Databases.Length)]}.{prefix}{random.Next(count)}";

    public Task<Step> Any(ModelState state) => random.Next(13) switch
    {
        < 2 => Create(state),
        2 => Drop(state),
        < 5 => Rename(state),
        5 => Validate(state),
        < 8 => CreateIndexes(state),
        8 => DropIndex(state),
        9 => HideIndex(state),
        10 => View(state),
        11 => ConvertToCapped(state),
        _ => random.Next(3) == 0 ? DropDatabase(state) : Create(state),
    };

    private async Task<Step> Create(ModelState state)
    {
        var (ns, options) = (Name(random, "c", 4), BsonDocument.Parse(CollectionOptions[random.Next(CollectionOptions.Length)]));
        if (state.Find(ns) is not null) return Nothing(state);
        await Run(ns, new BsonDocument("create", Collection(ns)).Merge(options));
        return new($"create {ns} {options}", state.Set(ns, ModelCollection.Create(options)), Whole: true);
    }

    private async Task<Step> Drop(ModelState state)
    {
        if (Existing(state, _ => true) is not { } ns) return Nothing(state);
        await Run(ns, new("drop", Collection(ns)));
        return new($"drop {ns}", state.Drop(ns), Whole: true);
    }

    private async Task<Step> DropDatabase(ModelState state)
    {
        var database = Databases[random.Next(Databases.Length)];
        await client.DropDatabaseAsync(database);
        return new($"drop database {database}", state.DropDatabase(database), Whole: false);
    }

    private async Task<Step> Rename(ModelState state)
    {
        if (Existing(state, c => !c.IsView) is not { } from) return Nothing(state);
        // within the database: across databases a server copies
        var to = $"{from.Split('.')[0]}.c{random.Next(4)}";
        if (to == from) return Nothing(state);
        var drops = state.Find(to) is not null;
        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument { { "renameCollection", from }, { "to", to }, { "dropTarget", drops } });
        return new($"rename {from} to {to}{(drops ? ", dropping it" : "")}", state.Rename(from, to), Whole: true);
    }

    private async Task<Step> Validate(ModelState state)
    {
        if (Existing(state, c => !c.IsView) is not { } ns) return Nothing(state);
        var options = BsonDocument.Parse($"{{validator: {{n: {{$gte: -{random.Next(5)}}}}}, validationLevel: 'strict', validationAction: 'warn'}}");
        await Run(ns, new BsonDocument("collMod", Collection(ns)).Merge(options));
        return new($"collMod {ns} {options}", state.Set(ns, state.Find(ns)!.With(options)), Whole: true);
    }

    private async Task<Step> CreateIndexes(ModelState state)
    {
        if (Existing(state, c => !c.IsView) is not { } ns) return Nothing(state);
        var collection = state.Find(ns)!;
        var specs = IndexSpecs.Select(BsonDocument.Parse).Where(s => !collection.Indexes.ContainsKey(s["name"].AsString)).OrderBy(_ => random.Next()).Take(random.Next(1, 3)).ToList();
        if (specs.Count == 0) return Nothing(state);
        await Run(ns, new() { { "createIndexes", Collection(ns) }, { "indexes", new BsonArray(specs) } });
        var made = collection with { Indexes = collection.Indexes.AddRange(specs.Select(s => KeyValuePair.Create(s["name"].AsString, new BsonDocument(s) { { "v", 2 } }))) };
        return new($"index {ns} {string.Join(' ', specs.Select(s => s["name"]))}", state.Set(ns, made), Whole: false);
    }

    private async Task<Step> DropIndex(ModelState state)
    {
        if (Existing(state, c => Secondary(c).Count > 0) is not { } ns) return Nothing(state);
        var collection = state.Find(ns)!;
        var name = Secondary(collection)[random.Next(Secondary(collection).Count)];
        await Run(ns, new() { { "dropIndexes", Collection(ns) }, { "index", name } });
        return new($"drop index {name} of {ns}", state.Set(ns, collection with { Indexes = collection.Indexes.Remove(name) }), Whole: true);
    }

    private async Task<Step> HideIndex(ModelState state)
    {
        if (Existing(state, c => Secondary(c).Count > 0) is not { } ns) return Nothing(state);
        var collection = state.Find(ns)!;
        var name = Secondary(collection)[random.Next(Secondary(collection).Count)];
        var (spec, hide) = (new BsonDocument(collection.Indexes[name]), !collection.Indexes[name].Contains("hidden"));
        await Run(ns, new() { { "collMod", Collection(ns) }, { "index", new BsonDocument { { "name", name }, { "hidden", hide } } } });
        if (hide) spec.Add("hidden", true);
        else spec.Remove("hidden");
        return new($"{(hide ? "hide" : "unhide")} index {name} of {ns}", state.Set(ns, collection with { Indexes = collection.Indexes.SetItem(name, spec) }), Whole: true);
    }

    private async Task<Step> View(ModelState state)
    {
        var ns = Name(random, "v", 2);
        var options = new BsonDocument { { "viewOn", $"c{random.Next(4)}" }, { "pipeline", new BsonArray { BsonDocument.Parse($"{{$match: {{n: {{$gt: {random.Next(100)}}}}}}}") } } };
        var changes = state.Find(ns) is not null;
        await Run(ns, new BsonDocument(changes ? "collMod" : "create", Collection(ns)).Merge(options));
        return new($"{(changes ? "change" : "create")} view {ns}", state.Set(ns, ModelCollection.Create(options)), Whole: false);
    }

    private async Task<Step> ConvertToCapped(ModelState state)
    {
        // what has options of its own, or documents that are not in the order of their insertion, is left alone
        if (Existing(state, c => c.Options.ElementCount == 0) is not { } ns) return Nothing(state);
        var options = new BsonDocument { { "capped", true }, { "size", 1_048_576L } };
        await Run(ns, new() { { "convertToCapped", Collection(ns) }, { "size", 1_048_576 } });
        return new($"convert {ns} to capped", state.Set(ns, ModelCollection.Create(options) with { Documents = state.Find(ns)!.Documents }), Whole: false);
    }

    private static Step Nothing(ModelState state) => new("nothing", state, Whole: true);

    private static List<string> Secondary(ModelCollection collection) => [.. collection.Indexes.Keys.Where(n => n is not ("_id_" or "by id"))];

    private string? Existing(ModelState state, Func<ModelCollection, bool> fits)
    {
        var names = state.Collections.Where(c => fits(c.Value)).Select(c => c.Key).ToList();
        return names.Count == 0 ? null : names[random.Next(names.Count)];
    }

    private Task<BsonDocument> Run(string ns, BsonDocument command) => client.GetDatabase(ns.Split('.')[0]).RunCommandAsync<BsonDocument>(command);

    private static string Collection(string ns) => ns[(ns.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
