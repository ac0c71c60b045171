using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Truth;

/// <summary>A document's field <c>n</c> as an oplog entry left it; null when the document was deleted.</summary>
internal sealed record Change(string Key, long? Value);

/// <summary>An oplog entry, and what it committed: nothing yet when a transaction goes on in a later one.</summary>
internal sealed record CommittedEntry(Optime At, IReadOnlyList<Change> Changes);

/// <summary>
/// Reads a server's oplog for what its entries commit, by code of its own: the times against which restores are held must not come from the code
/// that restores. It knows documents with a numeric field <c>n</c>, and transactions that are not prepared.
/// </summary>
internal sealed class CommittedChanges
{
    private readonly Dictionary<string, List<BsonDocument>> _open = new(StringComparer.Ordinal);

    /// <summary>The entries behind this time, in order.</summary>
    public async Task<List<CommittedEntry>> Read(IMongoClient client, BsonTimestamp after)
    {
        var oplog = client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs");
        var entries = await oplog.Find(Builders<BsonDocument>.Filter.Gt("ts", after)).Sort(new BsonDocument("$natural", 1)).ToListAsync();
        return [.. entries.Select(e => new CommittedEntry(e["ts"].AsBsonTimestamp.ToOptime(e["t"].ToInt64()), [.. Operations(e).SelectMany(Of)]))];
    }

    private IEnumerable<BsonDocument> Operations(BsonDocument entry)
    {
        if (entry["op"] != "c" || !entry["o"].AsBsonDocument.TryGetValue("applyOps", out var inner)) return [entry];
        var operations = inner.AsBsonArray.Select(o => o.AsBsonDocument);
        var transaction = $"{entry.GetValue("lsid", BsonNull.Value)} {entry.GetValue("txnNumber", BsonNull.Value)}";
        if (entry["o"].AsBsonDocument.Contains("partialTxn"))
        {
            if (!_open.TryGetValue(transaction, out var begun)) _open[transaction] = begun = [];
            begun.AddRange(operations);
            return [];
        }
        return _open.Remove(transaction, out var earlier) ? [.. earlier, .. operations] : [.. operations];
    }

    private static IEnumerable<Change> Of(BsonDocument operation)
    {
        var (ns, o) = (operation["ns"].AsString, operation["o"].AsBsonDocument);
        if (ns.Split('.')[0] is "admin" or "config" or "local") yield break;
        switch (operation["op"].AsString)
        {
            case "i":
                yield return new($"{ns} {o["_id"]}", o["n"].ToInt64());
                break;
            case "u" when Number(o) is { } number:
                yield return new($"{ns} {operation["o2"]["_id"]}", number);
                break;
            case "d":
                yield return new($"{ns} {o["_id"]}", null);
                break;
        }
    }

    // a delta updates or inserts fields; all else is the whole document
    private static long? Number(BsonDocument o)
    {
        var fields = o.TryGetValue("diff", out var diff) ? new[] { "u", "i" }.Select(s => diff.AsBsonDocument.GetValue(s, new BsonDocument()).AsBsonDocument) : [o];
        return fields.Select(f => f.GetValue("n", BsonNull.Value)).FirstOrDefault(n => n.IsNumeric)?.ToInt64();
    }
}
