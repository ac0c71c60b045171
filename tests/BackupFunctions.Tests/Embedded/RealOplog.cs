using BackupFunctions.Tests.MongoDump;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace BackupFunctions.Tests.Embedded;

/// <summary>Oplog entries of real servers, and how entries are compared with them.</summary>
internal static class RealOplog
{
    private static readonly string[] TopLevel = ["lsid", "txnNumber", "op", "ns", "ui", "o", "o2", "stmtId", "ts", "t", "v", "wall", "prevOpTime", "multiOpType"];

    // values that each server and each run makes anew
    private static readonly HashSet<string> Own = ["ts", "t", "wall", "ui", "uuid", "indexBuildUUID", "id", "msg", "errmsg", "code", "codeName"];

    public static List<BsonDocument> Entries(string file)
    {
        var (bytes, entries) = (File.ReadAllBytes(TestDumps.Shared($"mongo-tools/oplogs/{file}")), new List<BsonDocument>());
        for (var at = 0; at < bytes.Length;)
        {
            var length = BitConverter.ToInt32(bytes, at);
            entries.Add(BsonSerializer.Deserialize<BsonDocument>(bytes[at..(at + length)]));
            at += length;
        }
        return entries;
    }

    public static BsonDocument Transactions() =>
        BsonSerializer.Deserialize<BsonDocument>(new JsonReader(File.ReadAllText(TestDumps.Shared("mongo-tools/oplogs/transactions.json"))));

    /// <summary>An entry of an older server, or one that a tool has written again, with the fields in the order, and with the types, of servers since 5.0.</summary>
    public static BsonDocument Modern(BsonDocument entry)
    {
        entry = entry.DeepClone().AsBsonDocument;
        var modern = new BsonDocument(TopLevel.Where(entry.Contains).Select(n => new BsonElement(n, n is "t" or "v" ? entry[n].ToInt64() : entry[n])));
        if (modern["o"].AsBsonDocument.TryGetValue("idIndex", out var idIndex)) idIndex.AsBsonDocument.Remove("ns");
        if (!modern.TryGetValue("o2", out var o2) || !o2.AsBsonDocument.Contains("collectionOptions_old")) return modern;
        // later servers put the old options of an index into a document of their own
        var old = o2.AsBsonDocument.Where(f => f.Name != "collectionOptions_old").ToList();
        foreach (var field in old) o2.AsBsonDocument.Remove(field.Name);
        o2.AsBsonDocument.Add("indexOptions_old", new BsonDocument(old.Select(f => new BsonElement(f.Name[..^"_old".Length], f.Value))));
        return modern;
    }

    /// <summary>Names, their order and types must agree, and all values but those that a server makes anew.</summary>
    public static void ShouldLookLike(this BsonDocument entry, BsonDocument real, string path = "")
    {
        entry.Names.ShouldBe(real.Names, path);
        foreach (var (ours, theirs) in entry.Zip(real)) Compare(ours.Value, theirs.Value, path + "/" + ours.Name, ours.Name);
    }

    private static void Compare(BsonValue ours, BsonValue theirs, string path, string name)
    {
        ours.BsonType.ShouldBe(theirs.BsonType, path);
        switch (ours)
        {
            case BsonDocument document:
                if (name != "prevOpTime") document.ShouldLookLike(theirs.AsBsonDocument, path);
                else document.Names.ShouldBe(theirs.AsBsonDocument.Names, path);
                break;
            case BsonArray array:
                array.Count.ShouldBe(theirs.AsBsonArray.Count, path);
                for (var i = 0; i < array.Count; i++) Compare(array[i], theirs[i], $"{path}/{i}", "");
                break;
            case BsonBinaryData binary when Own.Contains(name):
                (binary.SubType, binary.Bytes.Length).ShouldBe((theirs.AsBsonBinaryData.SubType, theirs.AsBsonBinaryData.Bytes.Length), path);
                break;
            default:
                if (!Own.Contains(name)) ours.ShouldBe(theirs, path);
                break;
        }
    }
}
