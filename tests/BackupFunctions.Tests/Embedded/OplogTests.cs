using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using CsCheck;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace BackupFunctions.Tests.Embedded;

public class OplogTests
{
    [Theory]
    [InlineData("{insert: 'c', documents: [{_id: 5, x: 1}]}", "test.c", "[{op: 'i', o: {_id: 5, x: 1}, o2: {_id: 5}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {b: 2}}]}", "test.c", "[{op: 'u', o: {_id: 1, b: 2}, o2: {_id: 1}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {a: 2, z: 3}, $unset: {n: 1}}}]}", "test.c", "[{op: 'u', o: {$v: 2, diff: {d: {n: false}, u: {a: 2}, i: {z: 3}}}, o2: {_id: 1}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {'n.k': 7}}}]}", "test.c", "[{op: 'u', o: {$v: 2, diff: {sn: {u: {k: 7}}}}, o2: {_id: 1}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$push: {l: 4}}}]}", "test.c", "[{op: 'u', o: {$v: 2, diff: {sl: {a: true, u3: 4}}}, o2: {_id: 1}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$pop: {l: 1}}}]}", "test.c", "[{op: 'u', o: {$v: 2, diff: {sl: {a: true, l: 2}}}, o2: {_id: 1}}]")]
    [InlineData("{update: 'short', updates: [{q: {_id: 1}, u: {$set: {a: 2}}}]}", "test.short", "[{op: 'u', o: {$v: 2, diff: {u: {a: 2}}}, o2: {_id: 1}}]")]
    [InlineData("{update: 'short', updates: [{q: {_id: 1}, u: [{$set: {a: 2}}]}]}", "test.short", "[{op: 'u', o: {_id: 1, a: 2}, o2: {_id: 1}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: [{$set: {a: 2}}]}]}", "test.c", "[{op: 'u', o: {$v: 2, diff: {u: {a: 2}}}, o2: {_id: 1}}]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {a: 1}}}]}", "test.c", "[]")]
    [InlineData("{update: 'c', updates: [{q: {_id: 8}, u: {$set: {a: 1}}, upsert: true}]}", "test.c", "[{op: 'i', o: {_id: 8, a: 1}, o2: {_id: 8}}]")]
    [InlineData("{delete: 'c', deletes: [{q: {_id: 1}, limit: 1}]}", "test.c", "[{op: 'd', o: {_id: 1}}]")]
    [InlineData("{create: 'd', capped: true, size: 4096}", "test.$cmd", "[{op: 'c', o: {create: 'd', capped: true, size: 4096, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}]")]
    [InlineData("{createIndexes: 'empty', indexes: [{key: {a: 1}, name: 'a'}]}", "test.$cmd", "[{op: 'c', o: {createIndexes: 'empty', v: 2, key: {a: 1}, name: 'a'}}]")]
    [InlineData("{dropIndexes: 'c', index: 'x'}", "test.$cmd", "[{op: 'c', o: {dropIndexes: 'c', index: 'x'}, o2: {v: 2, key: {x: 1}, name: 'x', expireAfterSeconds: 5}}]")]
    [InlineData("{drop: 'c'}", "test.$cmd", "[{op: 'c', o: {drop: 'c'}, o2: {numRecords: 1}}]")]
    public void Each_command_leaves_its_entries(string command, string ns, string expected)
    {
        var server = Prepared();
        var start = server.Store.LastOptime;
        server.Run(command).Contains("writeErrors").ShouldBeFalse();
        Entries(server, start, ns).ToJson().ShouldBe(BsonDocument.Parse($"{{a: {expected}}}")["a"].ToJson());
    }

    [Fact]
    public void Index_builds_over_data_have_a_start_and_a_commit()
    {
        var server = Prepared();
        var start = server.Store.LastOptime;
        server.Run("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a'}, {key: {b: 1}, name: 'b'}]}");
        var entries = server.OplogAfter(start).Select(e => e["o"].AsBsonDocument).ToList();
        entries.Select(o => o.GetElement(0).ToString()).ShouldBe(["startIndexBuild=c", "commitIndexBuild=c"]);
        entries.ShouldAllBe(o => o["indexes"] == BsonDocument.Parse("{a: [{v: 2, key: {a: 1}, name: 'a'}, {v: 2, key: {b: 1}, name: 'b'}]}")["a"]);
        entries[0]["indexBuildUUID"].ShouldBe(entries[1]["indexBuildUUID"]);
    }

    [Fact]
    public void CollMod_tells_old_and_new()
    {
        var server = Prepared();
        var start = server.Store.LastOptime;
        server.Run("{collMod: 'c', index: {keyPattern: {x: 1}, expireAfterSeconds: 9}}");
        var entry = server.OplogAfter(start).Single();
        entry["o"].ShouldBe(BsonDocument.Parse("{collMod: 'c', index: {name: 'x', expireAfterSeconds: NumberLong(9)}}"));
        entry["o2"]["indexOptions_old"].ShouldBe(BsonDocument.Parse("{expireAfterSeconds: NumberLong(5)}"));
        entry["o2"]["collectionOptions_old"]["uuid"].ShouldBe(entry["ui"]);
    }

    [Fact]
    public void Renames_drops_of_databases_and_views_are_told()
    {
        var server = Prepared();
        var start = server.Store.LastOptime;
        server.Run("{renameCollection: 'test.c', to: 'test.empty', dropTarget: true}", "admin");
        server.Run("{create: 'v', viewOn: 'empty'}");
        server.Run("{dropDatabase: 1}");
        var entries = server.OplogAfter(start);
        entries[0]["o"].AsBsonDocument.Names.ShouldBe(["renameCollection", "to", "stayTemp", "dropTarget"]);
        entries[0]["o2"].ShouldBe(BsonDocument.Parse("{numRecords: 0}"));
        entries[1]["o"]["create"].AsString.ShouldBe("system.views");
        (entries[2]["op"].AsString, entries[2]["ns"].AsString).ShouldBe(("i", "test.system.views"));
        entries[2]["o"].ShouldBe(BsonDocument.Parse("{_id: 'test.v', viewOn: 'empty', pipeline: []}"));
        entries.Skip(3).Select(e => e["o"].AsBsonDocument.GetElement(0).ToString()).ShouldBe(["drop=empty", "drop=short", "drop=system.views", "dropDatabase=1"]);
        entries[^1].Contains("ui").ShouldBeFalse();
    }

    [Fact]
    public void A_first_insert_logs_the_collection_that_it_makes_and_entries_have_the_servers_fields()
    {
        var server = new EmbeddedServer();
        var start = server.Store.LastOptime;
        server.Insert("new", "{_id: 1}");
        var entries = server.OplogAfter(start);
        entries.Select(e => e["op"].AsString).ShouldBe(["c", "i"]);
        entries[1].Names.ShouldBe(["op", "ns", "ui", "o", "o2", "ts", "t", "v", "wall"]);
        entries[0]["ui"].ShouldBe(entries[1]["ui"]);
        (entries[1]["t"], entries[1]["v"]).ShouldBe((1L, 2L));
        entries[1]["wall"].ToUniversalTime().ShouldBe(server.Time.GetUtcNow().UtcDateTime);
        entries[1]["ts"].ShouldBe(server.Store.LastOptime);
    }

    [Fact]
    public void Optimes_only_grow_and_the_oplog_starts_with_the_replica_set()
    {
        var server = new EmbeddedServer();
        for (var i = 0; i < 5; i++)
        {
            server.Insert("c", "{}", "{}");
            server.Time.Advance(TimeSpan.FromSeconds(i % 2));
        }
        var all = server.Find("{find: 'oplog.rs'}", "local");
        all[0]["o"]["msg"].AsString.ShouldBe("initiating set");
        all.Select(e => e["ts"].AsBsonTimestamp.Value).ShouldBe(all.Select(e => e["ts"].AsBsonTimestamp.Value).Order().Distinct());
        server.Find("{find: 'oplog.rs', sort: {$natural: -1}, limit: 1}", "local").Single()["ts"].ShouldBe(server.Store.LastOptime);
    }

    [Fact]
    public void The_oplog_is_bounded_and_drops_its_oldest_entries()
    {
        var server = new EmbeddedServer(oplogBytes: 4096);
        for (var i = 0; i < 100; i++) server.Insert("c", "{}");
        server.Run("{collStats: 'oplog.rs'}", "local")["size"].AsInt32.ShouldBeInRange(3500, 4096);
        var oplog = server.Find("{find: 'oplog.rs'}", "local");
        oplog[^1]["ts"].ShouldBe(server.Store.LastOptime);
        server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(100);
        server.Fails("{insert: 'oplog.rs', documents: [{}]}", "local").ShouldBe(73);
    }

    [Fact]
    public void Capped_evictions_are_logged_as_deletes()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'capped', capped: true, size: 100000, max: 1}");
        var start = server.Store.LastOptime;
        server.Insert("capped", "{_id: 1}", "{_id: 2}");
        server.OplogAfter(start).Select(e => $"{e["op"]}{e["o"]["_id"]}").ShouldBe(["i1", "i2", "d1"]);
    }

    [Fact]
    public void What_is_written_to_local_is_not_logged()
    {
        var server = new EmbeddedServer();
        var start = server.Store.LastOptime;
        server.Run("{insert: 'c', documents: [{_id: 1}]}", "local");
        server.OplogAfter(start).ShouldBeEmpty();
    }

    [Fact]
    public void A_delta_applied_to_the_old_document_gives_the_new_one() =>
        Gen.Select(Document(3), Document(3)).Sample((before, after) =>
        {
            var change = UpdateDiff.Of(RawValue.Document(before.ToBson()), RawValue.Document(after.ToBson()));
            var entry = BsonSerializer.Deserialize<BsonDocument>(change.ToArray());
            var result = entry.Contains("$v") ? Apply(before.DeepClone().AsBsonDocument, entry["diff"].AsBsonDocument) : entry;
            return result.ToJson() == after.ToJson();
        }, iter: 20_000);

    // By the published meaning of a delta, on the driver's documents.
    private static BsonDocument Apply(BsonDocument document, BsonDocument diff)
    {
        foreach (var element in diff)
        {
            switch (element.Name)
            {
                case "d":
                    foreach (var name in element.Value.AsBsonDocument.Names) document.Remove(name);
                    break;
                case "u":
                    foreach (var field in element.Value.AsBsonDocument) document[field.Name] = field.Value;
                    break;
                case "i":
                    foreach (var field in element.Value.AsBsonDocument)
                    {
                        document.Remove(field.Name);
                        document.Add(field);
                    }
                    break;
                default:
                    document[element.Name[1..]] = Nested(document[element.Name[1..]], element.Value.AsBsonDocument);
                    break;
            }
        }
        return document;
    }

    private static BsonValue Nested(BsonValue value, BsonDocument diff) => value is BsonArray array ? Apply(array, diff) : Apply(value.AsBsonDocument, diff);

    private static BsonArray Apply(BsonArray array, BsonDocument diff)
    {
        foreach (var element in diff.Where(e => e.Name != "a"))
        {
            if (element.Name == "l")
            {
                while (array.Count > element.Value.AsInt32) array.RemoveAt(array.Count - 1);
                continue;
            }
            var index = int.Parse(element.Name.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
            while (array.Count <= index) array.Add(BsonNull.Value);
            array[index] = element.Name[0] == 'u' ? element.Value : Nested(array[index], element.Value.AsBsonDocument);
        }
        return array;
    }

    internal static Gen<BsonDocument> Document(int depth)
    {
        var names = Gen.OneOf("a", "b", "c", "d", "e");
        return Gen.Select(names, Value(depth)).Array[0, 5].Select(fields =>
            new BsonDocument(fields.DistinctBy(f => f.Item1).Select(f => new BsonElement(f.Item1, f.Item2))));
    }

    private static Gen<BsonValue> Value(int depth)
    {
        // Long enough now and then that a delta is worth it.
        var leaf = Gen.OneOf(Gen.Int[0, 3].Select(i => (BsonValue)i), Gen.OneOf("x", new string('y', 60), new string('z', 200)).Select(s => (BsonValue)s));
        return depth == 0 ? leaf : Gen.Frequency(
            (3, leaf), (2, Document(depth - 1).Select(d => (BsonValue)d)), (2, Value(depth - 1).Array[0, 4].Select(a => (BsonValue)new BsonArray(a))));
    }

    private static EmbeddedServer Prepared()
    {
        var server = new EmbeddedServer();
        // A filler makes deltas shorter than the document.
        server.Insert("c", $"{{_id: 1, a: 1, n: {{k: 1, filler: '{new string('f', 100)}'}}, l: [1, 2, 3], filler: '{new string('f', 100)}'}}");
        server.Run("{createIndexes: 'c', indexes: [{key: {x: 1}, name: 'x', expireAfterSeconds: 5}]}");
        server.Run("{create: 'empty'}");
        server.Insert("short", "{_id: 1, a: 1}");
        return server;
    }

    private static BsonArray Entries(EmbeddedServer server, BsonTimestamp start, string ns)
    {
        var entries = server.OplogAfter(start);
        entries.ShouldAllBe(e => e["ns"] == ns);
        return [.. entries.Select(e => new BsonDocument(e.Where(f => f.Name is "op" or "o" or "o2")))];
    }
}
