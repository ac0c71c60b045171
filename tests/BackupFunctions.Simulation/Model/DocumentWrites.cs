using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Model;

/// <summary>A write to one document: what it does to the server, and what it should do.</summary>
internal sealed record DocumentWrite(string Name, Func<IMongoCollection<BsonDocument>, IClientSessionHandle, Task> Send, Func<ModelCollection, ModelCollection> Apply);

/// <summary>Makes random writes. No two documents share <c>u</c>, so that unique indexes on it can be made at any time.</summary>
internal sealed class DocumentWrites(Random random)
{
    private long _unique;

    public DocumentWrite Any(ModelCollection collection)
    {
        if (collection.Documents.Count == 0 || collection.IsCapped || random.Next(4) == 0) return Insert();
        var document = collection.Documents[random.Next(collection.Documents.Count)];
        var (id, number) = (document["_id"], random.NextInt64(1_000));
        return random.Next(9) switch
        {
            0 => Update("$set", id, "n", number, d => d["n"] = number),
            1 => Update("$set", id, "sub.x", number, d => Sub(d)["x"] = number),
            2 => Update("$set", id, $"sub.k{number % 5}", Text(), (d, value) => Sub(d)[$"k{number % 5}"] = value),
            3 => Update("$unset", id, "text", "", d => d.Remove("text")),
            4 => Update("$inc", id, "n", number, d => d["n"] = d["n"].AsInt64 + number),
            5 => Update("$push", id, "list", number, d => d["list"].AsBsonArray.Add(number)),
            6 => Update("$set", id, "text", Text(), (d, value) => d["text"] = value),
            7 => Replace(Document(id)),
            _ => new($"delete {id}", (c, s) => c.DeleteOneAsync(s, ById(id)), c => c.Delete(d => d["_id"] == id)),
        };
    }

    public DocumentWrite Insert()
    {
        var document = Document(NewId());
        return new($"insert {document["_id"]}", (c, s) => c.InsertOneAsync(s, document), c => c.Insert(document));
    }

    public DocumentWrite Upsert()
    {
        var document = Document(NewId());
        return new($"upsert {document["_id"]}", (c, s) => c.ReplaceOneAsync(s, ById(document["_id"]), document, new ReplaceOptions { IsUpsert = true }), c => c.Insert(document));
    }

    public List<BsonDocument> Documents(int count) => [.. Enumerable.Range(0, count).Select(_ => Document(NewId()))];

    private BsonValue NewId() => random.Next(4) switch
    {
        0 => $"id {++_unique}",
        1 => new BsonDocument { { "a", ++_unique }, { "b", "x" } },
        _ => ++_unique,
    };

    private BsonDocument Document(BsonValue id) => new()
    {
        { "_id", id }, { "n", random.NextInt64(1_000) }, { "u", ++_unique }, { "text", Text() }, { "list", new BsonArray { 1, "two" } },
        { "sub", new BsonDocument { { "x", 1L }, { "deep", new BsonDocument("y", 2.5) } } }, { "at", new BsonDateTime(1_700_000_000_000 + _unique) },
    };

    private static DocumentWrite Update(string modifier, BsonValue id, string path, BsonValue value, Action<BsonDocument> change) => Update(modifier, id, path, value, (d, _) => change(d));

    private static DocumentWrite Update(string modifier, BsonValue id, string path, BsonValue value, Action<BsonDocument, BsonValue> change) => new(
        $"{modifier} {path} of {id}",
        (c, s) => c.UpdateOneAsync(s, ById(id), new BsonDocument(modifier, new BsonDocument(path, value))),
        c => c.Update(d => d["_id"] == id, d => change(d, value)));

    private static DocumentWrite Replace(BsonDocument document) => new(
        $"replace {document["_id"]}", (c, s) => c.ReplaceOneAsync(s, ById(document["_id"]), document), c => c.Replace(document));

    private static BsonDocument Sub(BsonDocument document) => document["sub"].AsBsonDocument;

    private static BsonDocument ById(BsonValue id) => new("_id", new BsonDocument("$eq", id));

    private string Text() => new((char)('a' + random.Next(26)), random.Next(1, 200));
}
