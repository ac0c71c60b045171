using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace BackupFunctions.Tests.Embedded;

/// <summary>A store with its commands, driven without sockets: commands go in and come out in BSON bytes, as over the wire.</summary>
internal sealed class EmbeddedServer
{
    private readonly CommandTable _table = new();

    public EmbeddedServer(long oplogBytes = Store.DefaultOplogBytes, long historyBytes = History.DefaultMaxBytes)
    {
        Store = new Store(Time, oplogBytes, historyBytes: historyBytes);
        StoreCommands.Register(_table, Store);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public Store Store { get; }

    public BsonDocument Run(string json, string database = "test") => Run(BsonDocument.Parse(json), database);

    /// <summary>The reply, written to bytes and read again.</summary>
    public BsonDocument Run(BsonDocument command, string database = "test", params (string Name, byte[][] Documents)[] sequences) =>
        BsonSerializer.Deserialize<BsonDocument>(RunRaw(command, database, sequences).ToBson());

    public BsonDocument RunRaw(BsonDocument command, string database = "test", params (string Name, byte[][] Documents)[] sequences)
    {
        var context = new CommandContext
        {
            Database = database,
            Name = command.GetElement(0).Name,
            Body = new RawBsonDocument(command.ToBson()),
            Sequences = sequences.ToDictionary(s => s.Name, s => (IReadOnlyList<RawBsonDocument>)[.. s.Documents.Select(d => new RawBsonDocument(d))]),
            Connection = new ConnectionState { Id = 1 },
            Cancellation = CancellationToken.None,
        };
        var handler = _table.Find(context.Name) ?? throw new InvalidOperationException($"no command {context.Name}");
        return handler(context).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>The code of the error that a command gives.</summary>
    public int Fails(string json, string database = "test") => Should.Throw<CommandException>(() => Run(json, database)).Code;

    public void Insert(string collection, params string[] documents) =>
        InsertRaw(collection, [.. documents.Select(d => BsonDocument.Parse(d).ToBson())]);

    public BsonDocument InsertRaw(string collection, params byte[][] documents) =>
        Run(new BsonDocument("insert", collection), sequences: ("documents", documents));

    /// <summary>All documents that a find gives, over all batches, in their bytes.</summary>
    public List<byte[]> FindRaw(BsonDocument find, string database = "test")
    {
        var found = new List<byte[]>();
        var reply = RunRaw(find, database)["cursor"].AsBsonDocument;
        found.AddRange(reply["firstBatch"].AsBsonArray.Select(d => Arguments.Bytes((RawBsonDocument)d)));
        while (reply["id"].ToInt64() is var id and not 0)
        {
            var more = new BsonDocument { { "getMore", id }, { "collection", find[0] }, { "batchSize", find.GetValue("batchSize", 0) } };
            reply = RunRaw(more, database)["cursor"].AsBsonDocument;
            found.AddRange(reply["nextBatch"].AsBsonArray.Select(d => Arguments.Bytes((RawBsonDocument)d)));
        }
        return found;
    }

    public List<BsonDocument> Find(string json, string database = "test") =>
        [.. FindRaw(BsonDocument.Parse(json), database).Select(b => BsonSerializer.Deserialize<BsonDocument>(b))];

    /// <summary>The oplog's entries behind an optime, oldest first.</summary>
    public List<BsonDocument> OplogAfter(BsonTimestamp optime) =>
        [.. FindRaw(new BsonDocument { { "find", "oplog.rs" }, { "filter", new BsonDocument("ts", new BsonDocument("$gt", optime)) } }, "local")
            .Select(b => BsonSerializer.Deserialize<BsonDocument>(b))];
}
