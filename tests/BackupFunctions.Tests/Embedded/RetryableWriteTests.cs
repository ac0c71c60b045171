using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class RetryableWriteTests
{
    [Fact]
    public void A_repeated_insert_is_answered_and_not_done_again()
    {
        var server = new EmbeddedServer();
        var command = Write("{insert: 'c', documents: [{_id: 1}, {_id: 2}]}", 1);
        server.Run(command).ShouldBe(BsonDocument.Parse("{n: 2}"));
        server.Run("{delete: 'c', deletes: [{q: {_id: 2}, limit: 1}]}");
        var optime = server.Store.LastOptime;
        server.Run(command).ShouldBe(BsonDocument.Parse("{n: 2, retriedStmtIds: [0, 1]}"));
        server.Store.LastOptime.ShouldBe(optime);
        server.Find("{find: 'c'}").Count.ShouldBe(1);
    }

    [Fact]
    public void Only_the_statements_that_were_done_are_skipped()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 2}");
        var command = Write("{insert: 'c', ordered: true, documents: [{_id: 1}, {_id: 2}, {_id: 3}]}", 1);
        server.Run(command)["n"].AsInt32.ShouldBe(1);
        server.Run("{delete: 'c', deletes: [{q: {_id: 2}, limit: 1}]}");
        server.Run(command).ShouldBe(BsonDocument.Parse("{n: 3, retriedStmtIds: [0]}"));
    }

    [Fact]
    public void A_repeated_update_gives_its_first_result()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, n: 0}");
        var command = Write("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {n: 1}}}, {q: {_id: 9}, u: {$set: {n: 1}}, upsert: true}]}", 1);
        var first = server.Run(command);
        first.ShouldBe(BsonDocument.Parse("{n: 2, upserted: [{index: 1, _id: 9}], nModified: 1}"));
        server.Run(command).ShouldBe(first.Add("retriedStmtIds", new BsonArray { 0, 1 }));
        server.Find("{find: 'c'}").Select(d => d["n"].AsInt32).ShouldBe([1, 1]);
    }

    [Fact]
    public void A_repeated_delete_and_findAndModify_give_their_first_results()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, n: 0}", "{_id: 2, n: 0}");
        var modify = Write("{findAndModify: 'c', query: {_id: 1}, update: {$inc: {n: 1}}, new: true}", 1);
        server.Run(modify)["value"]["n"].AsInt32.ShouldBe(1);
        var repeated = server.Run(modify);
        repeated["value"]["n"].AsInt32.ShouldBe(1);
        repeated["retriedStmtId"].AsInt32.ShouldBe(0);
        var delete = Write("{delete: 'c', deletes: [{q: {}, limit: 1}]}", 2);
        server.Run(delete)["n"].AsInt32.ShouldBe(1);
        server.Run(delete).ShouldBe(BsonDocument.Parse("{n: 1, retriedStmtIds: [0]}"));
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(1);
    }

    [Theory]
    [InlineData("{delete: 'c', deletes: [{q: {}, limit: 0}]}")]
    [InlineData("{update: 'c', updates: [{q: {}, u: {$set: {a: 1}}, multi: true}]}")]
    public void Writes_of_many_documents_cannot_be_retryable(string command)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}");
        server.Run(Write(command, 1))["writeErrors"][0]["code"].AsInt32.ShouldBe(72);
    }

    [Fact]
    public void An_older_number_is_refused_and_a_newer_one_starts_afresh()
    {
        var server = new EmbeddedServer();
        server.Run(Write("{insert: 'c', documents: [{a: 1}]}", 5));
        server.Run(Write("{insert: 'c', documents: [{a: 1}]}", 6))["n"].AsInt32.ShouldBe(1);
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(2);
        Should.Throw<CommandException>(() => server.Run(Write("{insert: 'c', documents: [{a: 1}]}", 5))).Code.ShouldBe(225);
        server.Fails("{insert: 'c', txnNumber: NumberLong(1), documents: [{a: 1}]}").ShouldBe(72);
    }

    [Fact]
    public void Its_oplog_entries_are_linked()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c'}");
        var start = server.Store.LastOptime;
        server.Run(Write("{insert: 'c', documents: [{_id: 1}, {_id: 2}]}", 7));
        var entries = server.OplogAfter(start);
        entries.Select(e => e["stmtId"].AsInt32).ShouldBe([0, 1]);
        entries.ShouldAllBe(e => e["txnNumber"] == 7L && e["lsid"]["uid"].AsByteArray.Length == 32);
        entries[0]["prevOpTime"].ShouldBe(new BsonDocument { { "ts", new BsonTimestamp(0, 0) }, { "t", -1L } });
        entries[1]["prevOpTime"].ShouldBe(new BsonDocument { { "ts", entries[0]["ts"] }, { "t", 1L } });
    }

    private static BsonDocument Write(string json, long number) => BsonDocument.Parse(json)
        .Add("lsid", new BsonDocument("id", new BsonBinaryData(new Guid("11111111-2222-4333-8444-555555555555"), GuidRepresentation.Standard))).Add("txnNumber", number);
}
