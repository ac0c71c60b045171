using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class TransactionOplogTests
{
    private static readonly BsonDocument NoOptime = new() { { "ts", new BsonTimestamp(0, 0) }, { "t", -1L } };

    [Fact]
    public void A_small_transaction_is_one_entry()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, x: 1}", "{_id: 2}");
        var (start, transaction) = (server.Store.LastOptime, server.Begin());
        transaction.Run("{insert: 'c', documents: [{_id: 3}]}");
        transaction.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {x: 2}}}]}");
        transaction.Run("{delete: 'c', deletes: [{q: {_id: 2}, limit: 1}]}");
        transaction.Commit();
        var entry = server.OplogAfter(start).Single();
        entry.Names.ShouldBe(["lsid", "txnNumber", "op", "ns", "o", "ts", "t", "v", "wall", "prevOpTime"]);
        (entry["op"], entry["ns"], entry["txnNumber"], entry["prevOpTime"]).ShouldBe(("c", "admin.$cmd", 1L, NoOptime));
        entry["o"].AsBsonDocument.Names.ShouldBe(["applyOps"]);
        entry["o"]["applyOps"].AsBsonArray.Select(o => new BsonDocument(o.AsBsonDocument.Where(f => f.Name != "ui")).ToJson()).ShouldBe([
            "{ \"op\" : \"i\", \"ns\" : \"test.c\", \"o\" : { \"_id\" : 3 }, \"o2\" : { \"_id\" : 3 } }",
            "{ \"op\" : \"u\", \"ns\" : \"test.c\", \"o\" : { \"$v\" : 2, \"diff\" : { \"u\" : { \"x\" : 2 } } }, \"o2\" : { \"_id\" : 1 } }",
            "{ \"op\" : \"d\", \"ns\" : \"test.c\", \"o\" : { \"_id\" : 2 } }",
        ]);
        Record(server).ShouldBe(new BsonDocument
        {
            { "_id", entry["lsid"] }, { "txnNum", 1L }, { "lastWriteOpTime", Optime(entry) }, { "lastWriteDate", entry["wall"] }, { "state", "committed" },
        });
    }

    [Fact]
    public void A_large_one_is_several_linked_entries()
    {
        var server = new EmbeddedServer(maxTransactionEntryBytes: 250);
        server.Run("{create: 'c'}");
        var (start, transaction) = (server.Store.LastOptime, server.Begin());
        transaction.Run("{insert: 'c', documents: [{_id: 1}, {_id: 2}, {_id: 3}, {_id: 4}, {_id: 5}]}");
        transaction.Commit();
        var entries = server.OplogAfter(start);
        entries.Select(e => e["o"].AsBsonDocument.Names.Last()).ShouldBe(["partialTxn", "partialTxn", "count"]);
        entries.Select(e => e["o"]["applyOps"].AsBsonArray.Count).ShouldBe([2, 2, 1]);
        entries[^1]["o"]["count"].ShouldBe(5L);
        entries.Select(e => e["prevOpTime"]).ShouldBe([NoOptime, Optime(entries[0]), Optime(entries[1])]);
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(5);
    }

    [Fact]
    public void A_prepared_one_is_applied_when_its_commit_is_written()
    {
        var server = new EmbeddedServer(maxTransactionEntryBytes: 250);
        server.Run("{create: 'c'}");
        var (start, transaction) = (server.Store.LastOptime, server.Begin());
        transaction.Run("{insert: 'c', documents: [{_id: 1}, {_id: 2}, {_id: 3}]}");
        var prepared = transaction.Prepare();
        var entries = server.OplogAfter(start);
        entries.Select(e => string.Join(' ', e["o"].AsBsonDocument.Names)).ShouldBe(["applyOps partialTxn", "applyOps prepare count"]);
        entries[^1]["ts"].ShouldBe(prepared);
        Record(server).Names.ShouldBe(["_id", "txnNum", "startOpTime", "lastWriteOpTime", "lastWriteDate", "state"]);
        (Record(server)["state"], Record(server)["startOpTime"]).ShouldBe(("prepared", Optime(entries[0])));
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(0);
        transaction.Fails("{find: 'c'}").ShouldBe((267, true));
        Should.Throw<CommandException>(transaction.Commit).Code.ShouldBe(72);
        transaction.Commit(prepared);
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(3);
        var commit = server.OplogAfter(prepared).Single();
        commit["o"].ShouldBe(new BsonDocument { { "commitTransaction", 1 }, { "commitTimestamp", prepared } });
        commit["prevOpTime"].ShouldBe(Optime(entries[^1]));
        (Record(server)["state"], Record(server).Contains("startOpTime")).ShouldBe(("committed", false));
    }

    [Fact]
    public void A_prepared_one_outlives_its_session_and_can_be_aborted()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c'}");
        var transaction = server.Begin();
        transaction.Run("{insert: 'c', documents: [{_id: 1}]}");
        var prepared = transaction.Prepare();
        server.Run("{killAllSessions: []}", "admin");
        server.Time.Advance(TimeSpan.FromMinutes(5));
        transaction.Abort();
        server.OplogAfter(prepared).Single()["o"].ShouldBe(new BsonDocument("abortTransaction", 1));
        Record(server)["state"].AsString.ShouldBe("aborted");
        server.Insert("c", "{_id: 1}");
    }

    [Fact]
    public void A_retryable_write_is_recorded_without_a_state()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c'}");
        var start = server.Store.LastOptime;
        server.Run(Retryable("{insert: 'c', documents: [{_id: 1}, {_id: 2}]}", 4));
        var entries = server.OplogAfter(start);
        Record(server).ShouldBe(new BsonDocument
        {
            { "_id", entries[0]["lsid"] }, { "txnNum", 4L }, { "lastWriteOpTime", Optime(entries[1]) }, { "lastWriteDate", entries[1]["wall"] },
        });
    }

    [Fact]
    public void Vectored_inserts_share_an_entry_and_are_answered_when_repeated()
    {
        var server = new EmbeddedServer(vectoredInserts: true);
        server.Insert("c", "{_id: 9}");
        var start = server.Store.LastOptime;
        var command = Retryable("{insert: 'c', ordered: false, documents: [{_id: 1}, {_id: 9}, {_id: 2}]}", 4);
        server.Run(command)["n"].AsInt32.ShouldBe(2);
        var entry = server.OplogAfter(start).Single();
        entry["multiOpType"].ShouldBe(1);
        entry.Contains("stmtId").ShouldBeFalse();
        entry["o"]["applyOps"].AsBsonArray.Select(o => o["stmtId"].AsInt32).ShouldBe([0, 2]);
        server.Run(Retryable("{insert: 'c', documents: [{_id: 1}, {_id: 9}, {_id: 2}], ordered: false}", 4))["retriedStmtIds"].ShouldBe(new BsonArray { 0, 2 });
        server.Run(Retryable("{insert: 'c', documents: [{_id: 5}]}", 5));
        server.OplogAfter(entry["ts"].AsBsonTimestamp).Single()["op"].AsString.ShouldBe("i");
    }

    private static BsonDocument Retryable(string json, long number) => BsonDocument.Parse(json)
        .Add("lsid", new BsonDocument("id", new BsonBinaryData(new Guid("11111111-2222-4333-8444-555555555555"), GuidRepresentation.Standard))).Add("txnNumber", number);

    private static BsonDocument Record(EmbeddedServer server) => server.Find("{find: 'transactions'}", "config").Single();

    private static BsonDocument Optime(BsonDocument entry) => new() { { "ts", entry["ts"] }, { "t", entry["t"] } };
}
