using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using CsCheck;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace BackupFunctions.Tests.Embedded;

public class ApplyOpsTests
{
    private readonly EmbeddedServer _server = new();

    [Fact]
    public void Documents_are_written_by_their_id_alone_and_again_without_harm()
    {
        _server.Run("{create: 'c'}");
        const string Ops = "{applyOps: [{op: 'i', ns: 'test.c', o: {_id: 1, x: 1}}, {op: 'i', ns: 'test.c', o: {_id: 1, x: 2}}, {op: 'n', ns: '', o: {msg: 'no'}}, "
            + "{op: 'u', ns: 'test.c', o2: {_id: 2}, o: {_id: 2, y: 1}}, {op: 'u', ns: 'test.c', o2: {_id: 3}, o: {$set: {z: 1}}}, {op: 'd', ns: 'test.c', o: {_id: 9}}, "
            + "{op: 'd', ns: 'test.absent', o: {_id: 9}}]}";
        for (var i = 0; i < 2; i++) _server.Run(Ops, "admin").ShouldBe(BsonDocument.Parse("{applied: 6, results: [true, true, true, true, true, true]}"));
        Contents().ShouldBe("[{ \"_id\" : 1, \"x\" : 2 }, { \"_id\" : 2, \"y\" : 1 }, { \"_id\" : 3, \"z\" : 1 }]");
    }

    [Theory]
    [InlineData("{$set: {a: 2, 'n.k': 3}, $unset: {l: true}}", "{ \"_id\" : 1, \"a\" : 2, \"n\" : { \"k\" : 3 } }")]
    [InlineData("{$v: 1, $set: {a: 2}}", "{ \"_id\" : 1, \"a\" : 2, \"n\" : { \"k\" : 1 }, \"l\" : [1, 2, { \"x\" : 1 }] }")]
    [InlineData("{$v: 1, $set: {'a.b': 2, z: 1}}", "{ \"_id\" : 1, \"a\" : 1, \"n\" : { \"k\" : 1 }, \"l\" : [1, 2, { \"x\" : 1 }], \"z\" : 1 }")]
    [InlineData("{_id: 1, b: 7}", "{ \"_id\" : 1, \"b\" : 7 }")]
    [InlineData("{$v: 2, diff: {d: {a: false}, u: {n: 5}, i: {z: 1}}}", "{ \"_id\" : 1, \"n\" : 5, \"l\" : [1, 2, { \"x\" : 1 }], \"z\" : 1 }")]
    [InlineData("{$v: 2, diff: {sn: {u: {k: 2}, i: {m: 3}}}}", "{ \"_id\" : 1, \"a\" : 1, \"n\" : { \"k\" : 2, \"m\" : 3 }, \"l\" : [1, 2, { \"x\" : 1 }] }")]
    [InlineData("{$v: 2, diff: {sl: {a: true, l: 1}}}", "{ \"_id\" : 1, \"a\" : 1, \"n\" : { \"k\" : 1 }, \"l\" : [1] }")]
    [InlineData("{$v: 2, diff: {sl: {a: true, s2: {u: {x: 2}}, u4: 9}}}", "{ \"_id\" : 1, \"a\" : 1, \"n\" : { \"k\" : 1 }, \"l\" : [1, 2, { \"x\" : 2 }, null, 9] }")]
    [InlineData("{$v: 2, diff: {sl: {a: true, l: 5, s4: {u: {x: 2}}}}}", "{ \"_id\" : 1, \"a\" : 1, \"n\" : { \"k\" : 1 }, \"l\" : [1, 2, { \"x\" : 1 }, null, null] }")]
    [InlineData("{$v: 2, diff: {i: {a: 4}}}", "{ \"_id\" : 1, \"n\" : { \"k\" : 1 }, \"l\" : [1, 2, { \"x\" : 1 }], \"a\" : 4 }")]
    [InlineData("{$v: 2, diff: {u: {new: 4}, sa: {u: {x: 1}}, sn: {a: true, l: 0}, sgone: {d: {x: false}}}}", "{ \"_id\" : 1, \"a\" : 1, \"n\" : { \"k\" : 1 }, \"l\" : [1, 2, { \"x\" : 1 }], \"new\" : 4 }")]
    public void Updates_of_all_forms_are_applied_as_a_server_applies_them(string o, string expected)
    {
        _server.Insert("c", "{_id: 1, a: 1, n: {k: 1}, l: [1, 2, {x: 1}]}");
        _server.Run($"{{applyOps: [{{op: 'u', ns: 'test.c', o2: {{_id: 1}}, o: {o}}}]}}", "admin")["applied"].AsInt32.ShouldBe(1);
        Contents().ShouldBe($"[{expected}]");
    }

    [Fact]
    public void A_delta_from_the_oplog_applied_to_the_old_document_gives_the_new_one() =>
        Gen.Select(OplogTests.Document(3), OplogTests.Document(3)).Sample((before, after) =>
        {
            var change = UpdateDiff.Of(RawValue.Document(before.ToBson()), RawValue.Document(after.ToBson()), always: true);
            if (before.Equals(after)) return true;
            var result = LoggedUpdate.Parse(change).IsReplacement ? change : DiffApplier.Apply(RawValue.Document(before.ToBson()), change["diff"]);
            return result.ToArray().AsSpan().SequenceEqual(after.ToBson());
        }, iter: 20_000);

    [Fact]
    public void Commands_are_applied_and_again_without_harm()
    {
        _server.Insert("a", "{_id: 1}");
        _server.Insert("b", "{_id: 1}");
        _server.Insert("i", "{_id: 1}");
        _server.Run("{createIndexes: 'i', indexes: [{key: {x: 1}, name: 'x'}]}");
        const string Ops = "{applyOps: [{op: 'c', ns: 'test.$cmd', ui: UUID('01020304-0506-4708-890a-0b0c0d0e0f10'), o: {create: 'made', capped: true, size: 4096, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}, "
            + "{op: 'c', ns: 'test.$cmd', o: {renameCollection: 'test.a', to: 'test.b', stayTemp: false, dropTarget: UUID('00000000-0000-4000-8000-000000000000')}}, "
            + "{op: 'c', ns: 'test.$cmd', o: {collMod: 'i', validationLevel: 'moderate'}}, {op: 'c', ns: 'test.$cmd', o: {dropIndexes: 'i', index: 'x'}}, "
            + "{op: 'c', ns: 'admin.$cmd', o: {applyOps: [{op: 'i', ns: 'test.made', o: {_id: 5}}]}}]}";
        for (var i = 0; i < 2; i++) _server.Run(Ops, "admin")["applied"].AsInt32.ShouldBe(5);
        var collections = _server.Run("{listCollections: 1}")["cursor"]["firstBatch"].AsBsonArray.ToDictionary(c => c["name"].AsString, c => c.AsBsonDocument);
        collections.Keys.Order().ShouldBe(["b", "i", "made"]);
        collections["made"]["info"]["uuid"].AsGuid.ShouldBe(new Guid("01020304-0506-4708-890a-0b0c0d0e0f10"));
        collections["i"]["options"]["validationLevel"].AsString.ShouldBe("moderate");
        _server.Run("{listIndexes: 'i'}")["cursor"]["firstBatch"].AsBsonArray.Count.ShouldBe(1);
        _server.Find("{find: 'made'}").Single()["_id"].AsInt32.ShouldBe(5);
        _server.Run("{applyOps: [{op: 'c', ns: 'test.$cmd', o: {drop: 'b'}}, {op: 'c', ns: 'test.$cmd', o: {drop: 'b'}}, {op: 'c', ns: 'test.$cmd', o: {dropDatabase: 1}}]}", "admin")["applied"].AsInt32.ShouldBe(3);
        _server.Run("{listCollections: 1}")["cursor"]["firstBatch"].AsBsonArray.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{op: 'c', ns: 'test.$cmd', o: {createIndexes: 'c', v: 2, key: {a: 1}, name: 'a'}}", 115)]
    [InlineData("{op: 'c', ns: 'test.$cmd', o: {startIndexBuild: 'c'}}", 115)]
    [InlineData("{op: 'c', ns: 'test.$cmd', o: {abortIndexBuild: 'c'}}", 115)]
    [InlineData("{op: 'c', ns: 'test.$cmd', o: {somethingNew: 'c'}}", 2)]
    [InlineData("{op: 'i', ns: 'test.absent', o: {_id: 1}}", 26)]
    [InlineData("{op: 'i', ns: 'test.c', ui: UUID('00000000-0000-4000-8000-000000000000'), o: {_id: 1}}", 26)]
    [InlineData("{op: 'i', ns: 'test.c', o: {a: 1}}", 4)]
    [InlineData("{op: 'u', ns: 'test.c', o2: {_id: 1}, o: {$v: 3, diff: {}}}", 4772600)]
    [InlineData("{op: 'i', ns: 'test.checked', o: {_id: 1}}", 121)]
    public void A_failure_ends_it_and_tells_how_far_it_came(string operation, int code)
    {
        _server.Run("{create: 'c'}");
        _server.Run("{create: 'checked', validator: {a: 1}}");
        var reply = _server.Run($"{{applyOps: [{{op: 'i', ns: 'test.c', o: {{_id: 7}}}}, {operation}, {{op: 'i', ns: 'test.c', o: {{_id: 8}}}}]}}", "admin");
        (reply["ok"], reply["code"], reply["applied"]).ShouldBe((0.0, code, 2));
        reply["results"].ShouldBe(new BsonArray { true, false });
        _server.Find("{find: 'c'}").Single()["_id"].AsInt32.ShouldBe(7);
    }

    [Fact]
    public void Validators_can_be_passed_by() =>
        Checked("{applyOps: [{op: 'i', ns: 'test.checked', o: {_id: 1}}], bypassDocumentValidation: true}")["applied"].AsInt32.ShouldBe(1);

    [Theory]
    [InlineData("{applyOps: [{ns: 'test.c', o: {_id: 1}}]}", 9)]
    [InlineData("{applyOps: [{op: 'x', ns: 'test.c', o: {_id: 1}}]}", 2)]
    [InlineData("{applyOps: [{op: 'i', ns: 'test.c', o: 5}]}", 9)]
    [InlineData("{applyOps: 5}", 14)]
    public void Malformed_operations_are_refused_before_anything_is_done(string command, int code) => _server.Fails(command, "admin").ShouldBe(code);

    [Fact]
    public void Each_operation_leaves_its_own_entry()
    {
        _server.Insert("c", "{_id: 1, a: 1}");
        var start = _server.Store.LastOptime;
        _server.Run("{applyOps: [{op: 'i', ns: 'test.c', o: {_id: 1, a: 2}}, {op: 'i', ns: 'test.c', o: {_id: 2}}, {op: 'd', ns: 'test.c', o: {_id: 1}}, {op: 'd', ns: 'test.c', o: {_id: 1}}]}", "admin");
        _server.OplogAfter(start).Select(e => e["op"].AsString).ShouldBe(["u", "i", "d"]);
    }

    [Fact]
    public void Capped_collections_are_made_and_emptied()
    {
        _server.Insert("c", "{_id: 1}", "{_id: 2}");
        var start = _server.Store.LastOptime;
        _server.Run("{convertToCapped: 'c', size: 100000}");
        var entries = _server.OplogAfter(start);
        entries.Select(e => e["op"].AsString).ShouldBe(["c", "i", "i", "c"]);
        (entries[0]["o"]["capped"], entries[0]["o"]["temp"]).ShouldBe((true, true));
        entries[3]["o"].AsBsonDocument.Names.ShouldBe(["renameCollection", "to", "stayTemp", "dropTarget"]);
        var options = _server.Run("{listCollections: 1}")["cursor"]["firstBatch"].AsBsonArray.Single()["options"].AsBsonDocument;
        options.ShouldBe(BsonDocument.Parse("{capped: true, size: NumberLong(100000)}"));
        _server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(2);
        _server.Run("{emptycapped: 'c'}");
        _server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(0);
        _server.OplogAfter(entries[^1]["ts"].AsBsonTimestamp).Single()["o"].ShouldBe(BsonDocument.Parse("{emptycapped: 'c'}"));
    }

    private BsonDocument Checked(string command)
    {
        _server.Run("{create: 'checked', validator: {a: 1}}");
        return _server.Run(command, "admin");
    }

    private string Contents() => new BsonArray(_server.Find("{find: 'c', sort: {_id: 1}}")).ToJson();
}
