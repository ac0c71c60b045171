using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>Makes oplog entries from shell-like JSON.</summary>
internal static class Oplog
{
    public const string Session = "lsid: {id: {$binary: {base64: 'CK+8+nZ+Eem9p6vK9BEt9g==', subType: '04'}}}";

    public static OplogEntry Entry(uint seconds, string json) => Entry(seconds, BsonDocument.Parse(json));

    public static OplogEntry Entry(uint seconds, BsonDocument entry)
    {
        var copy = new BsonDocument(entry) { { "ts", new BsonTimestamp((int)seconds, 1) }, { "t", 1L } };
        return OplogEntry.Read(copy.ToBson());
    }

    /// <summary>One entry per second from 1.</summary>
    public static IReadOnlyList<OplogEntry> Of(params string[] entries) => [.. entries.Select((e, i) => Entry((uint)i + 1, e))];

    /// <summary>An entry of a transaction; with <paramref name="previous"/> 0 it is the first.</summary>
    public static string Transaction(string o, int previous = 0, int number = 1) =>
        $"{{op: 'c', ns: 'admin.$cmd', o: {o}, {Session}, txnNumber: {{$numberLong: '{number}'}}, prevOpTime: {Optime(previous)}}}";

    public static Optime At(uint seconds) => new(seconds, 1, 1);

    public static async IAsyncEnumerable<OplogEntry> Stream(IEnumerable<OplogEntry> entries)
    {
        foreach (var entry in entries)
        {
            await Task.Yield();
            yield return entry;
        }
    }

    /// <summary>The documents of a file, one after the other.</summary>
    public static IReadOnlyList<OplogEntry> File(string path)
    {
        var bytes = System.IO.File.ReadAllBytes(path);
        var entries = new List<OplogEntry>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = BitConverter.ToInt32(bytes, at);
            entries.Add(OplogEntry.Read(bytes.AsMemory(at, length)));
            at += length;
        }
        return entries;
    }

    public static string Text(RawBsonDocument document) => BsonDocument.Parse(document.ToJson()).ToJson();

    private static string Optime(int seconds) =>
        seconds == 0 ? "{ts: {$timestamp: {t: 0, i: 0}}, t: {$numberLong: '-1'}}" : $"{{ts: {{$timestamp: {{t: {seconds}, i: 1}}}}, t: {{$numberLong: '1'}}}}";
}
