using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class UpdateTests
{
    [Theory]
    [InlineData("{a: 1}", "{$set: {a: 2}}", "{a: 2}")]
    [InlineData("{a: 1}", "{$set: {c: 1, b: 1}}", "{a: 1, b: 1, c: 1}")]
    [InlineData("{}", "{$set: {'a.b.c': 1}}", "{a: {b: {c: 1}}}")]
    [InlineData("{a: [1, 2]}", "{$set: {'a.1': 5}}", "{a: [1, 5]}")]
    [InlineData("{a: [1]}", "{$set: {'a.3': 5}}", "{a: [1, null, null, 5]}")]
    [InlineData("{a: [{b: 1}]}", "{$set: {'a.0.c': 5}}", "{a: [{b: 1, c: 5}]}")]
    [InlineData("{a: 1, b: 2}", "{$unset: {a: ''}}", "{b: 2}")]
    [InlineData("{a: {b: 1}}", "{$unset: {'a.b': '', 'x.y': ''}}", "{a: {}}")]
    [InlineData("{a: [1, 2]}", "{$unset: {'a.0': ''}}", "{a: [null, 2]}")]
    [InlineData("{a: 1}", "{$inc: {a: 2, b: 3}}", "{a: 3, b: 3}")]
    [InlineData("{a: 2147483647}", "{$inc: {a: 1}}", "{a: NumberLong('2147483648')}")]
    [InlineData("{a: 1}", "{$inc: {a: 0.5}}", "{a: 1.5}")]
    [InlineData("{a: 1}", "{$inc: {a: NumberDecimal('0.1')}}", "{a: NumberDecimal('1.1')}")]
    [InlineData("{a: 3}", "{$mul: {a: 2, b: 5}}", "{a: 6, b: 0}")]
    [InlineData("{a: 3, b: 3}", "{$min: {a: 2, b: 4, c: 1}}", "{a: 2, b: 3, c: 1}")]
    [InlineData("{a: 3, b: 'x'}", "{$max: {a: 4, b: 9}}", "{a: 4, b: 'x'}")]
    [InlineData("{a: 1, b: 2}", "{$rename: {a: 'c', missing: 'd'}}", "{b: 2, c: 1}")]
    [InlineData("{a: 1}", "{$setOnInsert: {b: 1}}", "{a: 1}")]
    [InlineData("{a: [1]}", "{$push: {a: 2, b: 1}}", "{a: [1, 2], b: [1]}")]
    [InlineData("{a: [1]}", "{$push: {a: {$each: [3, 2]}}}", "{a: [1, 3, 2]}")]
    [InlineData("{a: [1]}", "{$push: {a: {$each: [3, 2], $sort: -1, $slice: 2}}}", "{a: [3, 2]}")]
    [InlineData("{a: [1, 2]}", "{$push: {a: {$each: [9], $position: 0, $slice: -2}}}", "{a: [1, 2]}")]
    [InlineData("{a: [{b: 2}]}", "{$push: {a: {$each: [{b: 1}], $sort: {b: 1}}}}", "{a: [{b: 1}, {b: 2}]}")]
    [InlineData("{a: [1]}", "{$addToSet: {a: {$each: [1.0, 2, 2]}}}", "{a: [1, 2]}")]
    [InlineData("{a: [1, 5, 8]}", "{$pull: {a: {$gt: 4}}}", "{a: [1]}")]
    [InlineData("{a: [{b: 1, c: 2}, {b: 2}]}", "{$pull: {a: {b: 1}}}", "{a: [{b: 2}]}")]
    [InlineData("{a: [1, 5, 1]}", "{$pull: {a: 1}}", "{a: [5]}")]
    [InlineData("{a: [1, 5, 1]}", "{$pullAll: {a: [1, 7]}}", "{a: [5]}")]
    [InlineData("{a: [1, 2, 3]}", "{$pop: {a: 1}}", "{a: [1, 2]}")]
    [InlineData("{a: [1, 2, 3]}", "{$pop: {a: -1}}", "{a: [2, 3]}")]
    [InlineData("{a: 1}", "{b: 2}", "{b: 2}")]
    [InlineData("{a: 1}", "{}", "{}")]
    [InlineData("{a: 1}", "[{$set: {b: {$add: ['$a', 1]}}}, {$unset: 'a'}]", "{b: 2}")]
    public void Updates_change_a_document(string before, string update, string after)
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", WithId(before).ToBson());
        var reply = server.Run($"{{update: 'c', updates: [{{q: {{_id: 1}}, u: {update}}}]}}");
        reply.Contains("writeErrors").ShouldBeFalse(reply.ToString());
        reply["n"].AsInt32.ShouldBe(1);
        reply["nModified"].AsInt32.ShouldBe(server.Find("{find: 'c'}").Single() == WithId(before) ? 0 : 1);
        server.Find("{find: 'c'}").Single().ToJson().ShouldBe(WithId(after).ToJson());
    }

    [Theory]
    [InlineData("{$foo: {a: 1}}", 9)]
    [InlineData("{$set: 1}", 9)]
    [InlineData("{a: 1, $set: {b: 1}}", 52)]
    [InlineData("{$set: {a: 1}, b: 1}", 9)]
    [InlineData("{$set: {'a.$': 1}}", 9)]
    [InlineData("{$set: {'a.$[]': 1}}", 9)]
    [InlineData("{$set: {a: 1}, $inc: {'a.b': 1}}", 40)]
    [InlineData("{$set: {'a..b': 1}}", 56)]
    [InlineData("{$set: {'n.b': 1}}", 28)]
    [InlineData("{$set: {'l.b': 1}}", 28)]
    [InlineData("{$inc: {s: 1}}", 14)]
    [InlineData("{$inc: {n: 'x'}}", 14)]
    [InlineData("{$inc: {big: 1}}", 2)]
    [InlineData("{$push: {n: 1}}", 2)]
    [InlineData("{$set: {_id: 2}}", 66)]
    [InlineData("{_id: 2}", 66)]
    [InlineData("{$unset: {_id: 1}}", 66)]
    [InlineData("[{$match: {}}]", 72)]
    public void Updates_that_cannot_be_are_refused_and_change_nothing(string update, int code)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, n: 1, s: 'x', l: [1], big: NumberLong('9223372036854775807')}");
        var before = server.FindRaw(new BsonDocument("find", "c")).Single();
        var reply = server.Run($"{{update: 'c', updates: [{{q: {{}}, u: {update}}}]}}");
        reply["writeErrors"][0]["code"].AsInt32.ShouldBe(code);
        server.FindRaw(new BsonDocument("find", "c")).Single().ShouldBe(before);
    }

    [Theory]
    [InlineData("{_id: 5}", "{$set: {a: 1}}", "{_id: 5, a: 1}")]
    [InlineData("{_id: 5, 'b.c': 2, d: {$gt: 1}}", "{$inc: {a: 1}}", "{_id: 5, b: {c: 2}, a: 1}")]
    [InlineData("{_id: {$in: [5]}, a: {$eq: 1}}", "{$setOnInsert: {z: 1}}", "{_id: 5, a: 1, z: 1}")]
    [InlineData("{_id: 5, b: 1}", "{a: 1}", "{_id: 5, a: 1}")]
    public void Upserts_start_from_what_the_filter_says(string filter, string update, string after)
    {
        var server = new EmbeddedServer();
        var reply = server.Run($"{{update: 'c', updates: [{{q: {filter}, u: {update}, upsert: true}}]}}");
        reply["upserted"].ShouldBe(BsonDocument.Parse("{u: [{index: 0, _id: 5}]}")["u"]);
        reply["nModified"].AsInt32.ShouldBe(0);
        server.Find("{find: 'c'}").Single().ShouldBe(BsonDocument.Parse(after));
    }

    [Fact]
    public void Multi_changes_all_that_match_and_a_replacement_cannot()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 1}", "{_id: 2, a: 1}", "{_id: 3, a: 2}");
        var reply = server.Run("{update: 'c', updates: [{q: {a: {$lte: 2}}, u: {$set: {a: 2}}, multi: true}]}");
        reply["n"].AsInt32.ShouldBe(3);
        reply["nModified"].AsInt32.ShouldBe(2);
        server.Run("{update: 'c', updates: [{q: {}, u: {a: 1}, multi: true}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(9);
    }

    [Fact]
    public void An_update_that_breaks_a_unique_index_changes_nothing()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 1, b: 1}", "{_id: 2, a: 2, b: 2}");
        server.Run("{createIndexes: 'c', indexes: [{key: {b: 1}, name: 'b'}, {key: {a: 1}, name: 'a', unique: true}]}");
        server.Run("{update: 'c', updates: [{q: {_id: 2}, u: {$set: {a: 1, b: 9}}}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(11000);
        server.Find("{find: 'c', filter: {b: 9}, hint: 'b'}").ShouldBeEmpty();
        server.Find("{find: 'c', filter: {b: 2}, hint: 'b'}").Count.ShouldBe(1);
    }

    private static BsonDocument WithId(string json) => new BsonDocument("_id", 1).AddRange(BsonDocument.Parse(json));
}
