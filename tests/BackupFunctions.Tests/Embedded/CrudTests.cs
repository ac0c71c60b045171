using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class CrudTests
{
    [Fact]
    public void Inserted_documents_are_found_in_natural_order()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 3}", "{_id: 1}", "{_id: 2}");
        server.Find("{find: 'c'}").Select(d => d["_id"].AsInt32).ShouldBe([3, 1, 2]);
        server.Find("{find: 'c', sort: {_id: -1}}").Select(d => d["_id"].AsInt32).ShouldBe([3, 2, 1]);
        server.Find("{find: 'c', hint: {$natural: -1}}").Select(d => d["_id"].AsInt32).ShouldBe([2, 1, 3]);
    }

    [Fact]
    public void An_id_is_made_in_front_when_it_is_missing_and_moved_there_when_it_is_not_first()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{a: 1}", "{a: 2, _id: 7}");
        var found = server.Find("{find: 'c'}");
        found[0].GetElement(0).Name.ShouldBe("_id");
        found[0]["_id"].IsObjectId.ShouldBeTrue();
        found[1].ShouldBe(BsonDocument.Parse("{_id: 7, a: 2}"));
        found[1].GetElement(0).Name.ShouldBe("_id");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void A_duplicate_id_is_reported_and_ends_an_ordered_insert(bool ordered, int inserted)
    {
        var server = new EmbeddedServer();
        var reply = server.Run($"{{insert: 'c', ordered: {(ordered ? "true" : "false")}, documents: [{{_id: 1}}, {{_id: 1.0}}, {{_id: 2}}, {{_id: 3}}]}}");
        reply["n"].AsInt32.ShouldBe(inserted);
        var error = reply["writeErrors"].AsBsonArray.Single().AsBsonDocument;
        error["index"].AsInt32.ShouldBe(1);
        error["code"].AsInt32.ShouldBe(11000);
        error["keyPattern"].ShouldBe(new BsonDocument("_id", 1));
        error["keyValue"].ShouldBe(new BsonDocument("_id", 1.0));
        error["errmsg"].AsString.ShouldBe("E11000 duplicate key error collection: test.c index: _id_ dup key: { _id: 1.0 }");
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(inserted);
    }

    [Theory]
    [InlineData("{_id: [1]}", 2)]
    [InlineData("{_id: /x/}", 2)]
    [InlineData("{_id: undefined}", 2)]
    [InlineData("{_id: {$x: 1}}", 52)]
    public void What_cannot_be_an_id_is_refused(string document, int code)
    {
        var server = new EmbeddedServer();
        server.Run($"{{insert: 'c', documents: [{document}]}}")["writeErrors"][0]["code"].AsInt32.ShouldBe(code);
        server.Find("{find: 'c'}").ShouldBeEmpty();
    }

    [Fact]
    public void A_document_above_16_MiB_is_refused()
    {
        var server = new EmbeddedServer();
        var big = new BsonDocument { { "_id", 1 }, { "b", new byte[16 * 1024 * 1024] } }.ToBson();
        server.InsertRaw("c", big)["writeErrors"][0]["code"].AsInt32.ShouldBe(10334);
    }

    [Fact]
    public void Empty_timestamps_are_filled_unless_bypassed()
    {
        var server = new EmbeddedServer();
        var document = new BsonDocument
        {
            { "_id", new BsonTimestamp(0, 0) }, { "t", new BsonTimestamp(0, 0) }, { "n", new BsonDocument("t", new BsonTimestamp(0, 0)) },
        };
        server.InsertRaw("c", document.ToBson());
        server.Run(new BsonDocument { { "insert", "kept" }, { "bypassEmptyTsReplacement", true }, { "documents", new BsonArray { document } } });
        var found = server.Find("{find: 'c'}").Single();
        found["t"].AsBsonTimestamp.Value.ShouldNotBe(0);
        found["_id"].AsBsonTimestamp.Value.ShouldBe(0);
        found["n"]["t"].AsBsonTimestamp.Value.ShouldBe(0);
        server.Find("{find: 'kept'}").Single().ShouldBe(document);
    }

    [Fact]
    public void Deletes_take_one_or_all()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 1}", "{_id: 2, a: 1}", "{_id: 3, a: 1}", "{_id: 4, a: 2}");
        server.Run("{delete: 'c', deletes: [{q: {a: 1}, limit: 1}]}")["n"].AsInt32.ShouldBe(1);
        server.Find("{find: 'c'}").Select(d => d["_id"].AsInt32).ShouldBe([2, 3, 4]);
        server.Run("{delete: 'c', deletes: [{q: {a: 1}, limit: 0}]}")["n"].AsInt32.ShouldBe(2);
        server.Find("{find: 'c'}").Select(d => d["_id"].AsInt32).ShouldBe([4]);
    }

    [Theory]
    [InlineData("{findAndModify: 'c', query: {_id: 1}, update: {$inc: {a: 1}}}", "{_id: 1, a: 1}", "{_id: 1, a: 2}")]
    [InlineData("{findAndModify: 'c', query: {_id: 1}, update: {$inc: {a: 1}}, new: true}", "{_id: 1, a: 2}", "{_id: 1, a: 2}")]
    [InlineData("{findAndModify: 'c', query: {_id: 1}, update: {$inc: {a: 1}}, fields: {_id: 0}}", "{a: 1}", "{_id: 1, a: 2}")]
    [InlineData("{findAndModify: 'c', query: {_id: 1}, remove: true}", "{_id: 1, a: 1}", null)]
    [InlineData("{findAndModify: 'c', query: {}, sort: {a: -1}, remove: true}", "{_id: 2, a: 5}", "{_id: 1, a: 1}")]
    public void FindAndModify_gives_the_document_before_or_after(string command, string value, string? left)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 1}", "{_id: 2, a: 5}");
        server.Run(command)["value"].ShouldBe(BsonDocument.Parse(value));
        server.Find("{find: 'c', filter: {_id: 1}}").SingleOrDefault().ShouldBe(left is null ? null : BsonDocument.Parse(left));
    }

    [Fact]
    public void FindAndModify_upserts()
    {
        var server = new EmbeddedServer();
        var reply = server.Run("{findAndModify: 'c', query: {_id: 9}, update: {$set: {a: 1}}, upsert: true, new: true}");
        reply["value"].ShouldBe(BsonDocument.Parse("{_id: 9, a: 1}"));
        reply["lastErrorObject"].ShouldBe(BsonDocument.Parse("{n: 1, updatedExisting: false, upserted: 9}"));
    }
}
