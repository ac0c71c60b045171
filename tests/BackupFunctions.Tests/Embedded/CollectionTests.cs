using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class CollectionTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("{max: 5, capped: true, size: NumberLong(4096)}")]
    [InlineData("{validationAction: 'warn', validator: {$jsonSchema: {bsonType: 'object'}}, validationLevel: 'moderate'}")]
    [InlineData("{collation: {locale: 'de', strength: 2}}")]
    [InlineData("{clusteredIndex: {v: 2, key: {_id: 1}, name: 'own', unique: true}, expireAfterSeconds: NumberLong(60)}")]
    [InlineData("{storageEngine: {wiredTiger: {configString: ''}}, indexOptionDefaults: {storageEngine: {}}, changeStreamPreAndPostImages: {enabled: true}}")]
    public void Options_are_listed_as_given(string options)
    {
        var server = new EmbeddedServer();
        server.Run(new BsonDocument("create", "c").AddRange(BsonDocument.Parse(options)));
        var listed = server.Find("{listCollections: 1}").Single();
        listed["options"].ToBson().ShouldBe(BsonDocument.Parse(options).ToBson());
        listed["type"].AsString.ShouldBe("collection");
        listed["info"]["uuid"].AsBsonBinaryData.SubType.ShouldBe(BsonBinarySubType.UuidStandard);
        listed.Contains("idIndex").ShouldBe(!options.Contains("clustered", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{create: 'c', capped: true}", 72)]
    [InlineData("{create: 'c', size: 5}", 72)]
    [InlineData("{create: 'c', temp: true}", 72)]
    [InlineData("{create: 'c', odd: 1}", 40415)]
    [InlineData("{create: 'c', validationLevel: 'odd'}", 2)]
    [InlineData("{create: 'c', pipeline: []}", 72)]
    [InlineData("{create: 'there'}", 48)]
    [InlineData("{create: ''}", 73)]
    [InlineData("{create: '.a'}", 73)]
    [InlineData("{create: 'a.'}", 73)]
    [InlineData("{create: 'a$b'}", 73)]
    [InlineData("{create: 5}", 73)]
    [InlineData("{create: 'c', clusteredIndex: {key: {a: 1}, unique: true}}", 72)]
    public void Collections_that_cannot_be_are_refused(string command, int code)
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'there'}");
        server.Fails(command).ShouldBe(code);
        server.Find("{listCollections: 1}").Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("a b", 73)]
    [InlineData("a.b", 73)]
    [InlineData("a$b", 73)]
    [InlineData("", 73)]
    [InlineData("d123456789012345678901234567890123456789012345678901234567890123", 73)]
    public void Database_names_are_checked(string database, int code) => new EmbeddedServer().Fails("{create: 'c'}", database).ShouldBe(code);

    [Fact]
    public void Names_of_255_bytes_are_taken_and_longer_ones_refused()
    {
        var server = new EmbeddedServer();
        server.Run(new BsonDocument("create", new string('é', 125)));
        server.Fails($"{{create: '{new string('é', 126)}'}}").ShouldBe(73);
    }

    [Fact]
    public void A_capped_collection_drops_its_oldest_documents()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'byMax', capped: true, size: 100000, max: 3}");
        server.Run("{create: 'bySize', capped: true, size: 50}");
        for (var i = 0; i < 10; i++)
        {
            // Each document has 14 bytes: three fit 50.
            server.Insert("byMax", $"{{_id: {9 - i}}}");
            server.Insert("bySize", $"{{_id: {9 - i}}}");
        }
        server.Find("{find: 'byMax'}").Select(d => d["_id"].AsInt32).ShouldBe([2, 1, 0]);
        server.Find("{find: 'bySize'}").Select(d => d["_id"].AsInt32).ShouldBe([2, 1, 0]);
        server.Find("{find: 'byMax', hint: {_id: 1}}").Select(d => d["_id"].AsInt32).ShouldBe([0, 1, 2]);
        server.Run("{collStats: 'bySize'}")["maxSize"].AsInt32.ShouldBe(50);
    }

    [Fact]
    public void A_clustered_collection_lies_in_id_order()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c', clusteredIndex: {key: {_id: 1}, unique: true, name: 'own'}}");
        server.Insert("c", "{_id: 3}", "{_id: 'x'}", "{_id: 1}");
        server.Find("{find: 'c'}").Select(d => d["_id"].ToString()).ShouldBe(["1", "3", "x"]);
        server.Find("{find: 'c', hint: {$natural: -1}}").Select(d => d["_id"].ToString()).ShouldBe(["x", "3", "1"]);
        server.Find("{listIndexes: 'c'}").Single().ShouldBe(BsonDocument.Parse("{v: 2, key: {_id: 1}, name: 'own', unique: true, clustered: true}"));
    }

    [Fact]
    public void A_view_runs_its_pipeline()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 1}", "{_id: 2, a: 2}", "{_id: 3, a: 3}");
        server.Run("{create: 'v', viewOn: 'c', pipeline: [{$match: {a: {$gt: 1}}}, {$project: {a: 0}}]}");
        server.Run("{create: 'w', viewOn: 'v', pipeline: [{$sort: {_id: -1}}]}");
        server.Find("{find: 'w'}").Select(d => d["_id"].AsInt32).ShouldBe([3, 2]);
        server.Find("{find: 'w', filter: {_id: 2}}").Single().ShouldBe(BsonDocument.Parse("{_id: 2}"));
        server.Run("{count: 'v'}")["n"].AsInt32.ShouldBe(2);
        server.Find("{aggregate: 'v', pipeline: [{$count: 'n'}], cursor: {}}").Single()["n"].AsInt32.ShouldBe(2);
        var listed = server.Find("{listCollections: 1, filter: {type: 'view', name: 'v'}}").Single();
        listed.ShouldBe(BsonDocument.Parse("{name: 'v', type: 'view', options: {viewOn: 'c', pipeline: [{$match: {a: {$gt: 1}}}, {$project: {a: 0}}]}, info: {readOnly: true}}"));
        server.Fails("{insert: 'v', documents: [{}]}").ShouldBe(166);
        server.Fails("{listIndexes: 'v'}").ShouldBe(166);
        server.Run("{collMod: 'v', viewOn: 'c', pipeline: [{$match: {a: 1}}]}");
        server.Find("{find: 'w'}").Single()["_id"].AsInt32.ShouldBe(1);
        server.Run("{drop: 'v'}");
        server.Find("{listCollections: 1, nameOnly: true}").ShouldBe([
            BsonDocument.Parse("{name: 'c', type: 'collection'}"), BsonDocument.Parse("{name: 'system.views', type: 'collection'}"), BsonDocument.Parse("{name: 'w', type: 'view'}")]);
    }

    [Fact]
    public void Views_that_lead_to_themselves_are_noticed()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'v', viewOn: 'w'}");
        server.Run("{create: 'w', viewOn: 'v'}");
        server.Fails("{find: 'w'}").ShouldBe(165);
    }

    [Fact]
    public void A_validator_refuses_documents_unless_bypassed()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c', validator: {a: {$gt: 5}}}");
        server.Run("{insert: 'c', documents: [{_id: 1, a: 1}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(121);
        server.Run("{insert: 'c', documents: [{_id: 2, a: 6}]}")["n"].AsInt32.ShouldBe(1);
        server.Run("{insert: 'c', bypassDocumentValidation: true, documents: [{_id: 3, a: 1}]}")["n"].AsInt32.ShouldBe(1);
        server.Run("{update: 'c', updates: [{q: {_id: 2}, u: {$set: {a: 2}}}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(121);
        server.Run("{collMod: 'c', validator: {}}");
        server.Run("{insert: 'c', documents: [{_id: 1, a: 1}]}")["n"].AsInt32.ShouldBe(1);
    }

    [Fact]
    public void A_validator_that_cannot_be_evaluated_is_kept_and_asks_for_a_bypass()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c', validator: {$jsonSchema: {}}}");
        server.Run("{insert: 'c', documents: [{_id: 1}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(238);
        server.Run("{insert: 'c', bypassDocumentValidation: true, documents: [{_id: 1}]}")["n"].AsInt32.ShouldBe(1);
    }

    [Fact]
    public void CollMod_changes_options_in_place_and_indexes()
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c', validator: {a: 1}, validationLevel: 'strict', storageEngine: {}}");
        server.Run("{createIndexes: 'c', indexes: [{key: {t: 1}, name: 't', expireAfterSeconds: 60, sparse: true}]}");
        server.Run("{collMod: 'c', validationAction: 'warn', validator: {b: 1}}").ShouldBe([]);
        server.Find("{listCollections: 1}").Single()["options"].ShouldBe(BsonDocument.Parse("{validator: {b: 1}, validationLevel: 'strict', storageEngine: {}, validationAction: 'warn'}"));
        server.Run("{collMod: 'c', index: {keyPattern: {t: 1}, expireAfterSeconds: 90}}").ShouldBe(BsonDocument.Parse("{expireAfterSeconds_old: 60, expireAfterSeconds_new: NumberLong(90)}"));
        server.Run("{collMod: 'c', index: {name: 't', hidden: true}}");
        server.Find("{listIndexes: 'c'}")[1].ShouldBe(BsonDocument.Parse("{v: 2, key: {t: 1}, name: 't', expireAfterSeconds: 90, sparse: true, hidden: true}"));
        server.Run("{collMod: 'c', index: {name: 't', hidden: false}}");
        server.Find("{listIndexes: 'c'}")[1].Contains("hidden").ShouldBeFalse();
        server.Fails("{collMod: 'c', index: {name: 'x', hidden: true}}").ShouldBe(27);
        server.Fails("{collMod: 'x', validator: {}}").ShouldBe(26);
    }

    [Fact]
    public void Dropping_takes_collections_and_databases_away()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}");
        server.Run("{create: 'v', viewOn: 'c'}");
        server.Run("{drop: 'c'}").ShouldBe(BsonDocument.Parse("{nIndexesWas: 1, ns: 'test.c'}"));
        server.Run("{drop: 'c'}").ShouldBe([]);
        server.Run("{dropDatabase: 1}")["dropped"].AsString.ShouldBe("test");
        server.Find("{listCollections: 1}").ShouldBeEmpty();
        server.Run("{listDatabases: 1, nameOnly: true}", "admin")["databases"].AsBsonArray.Select(d => d["name"].AsString).ShouldBe(["admin", "config", "local"]);
        server.Fails("{dropDatabase: 1}", "local").ShouldBe(20);
    }

    [Theory]
    [InlineData("test", "moved")]
    [InlineData("other", "moved")]
    [InlineData("other", "taken")]
    public void Renaming_takes_documents_options_and_indexes_along(string database, string collection)
    {
        var server = new EmbeddedServer();
        server.Run("{create: 'c', validator: {a: {$exists: true}}}");
        server.Run("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a', unique: true}]}");
        server.Insert("c", "{_id: 2, a: 1}", "{_id: 1, a: 2}");
        server.Run("{create: 'taken'}", "other");
        var uuid = server.Find("{listCollections: 1}").Single()["info"]["uuid"];
        server.Run($"{{renameCollection: 'test.c', to: '{database}.{collection}', dropTarget: true}}", "admin");
        server.Find("{find: 'c'}").ShouldBeEmpty();
        server.Find($"{{find: '{collection}'}}", database).Select(d => d["_id"].AsInt32).ShouldBe([2, 1]);
        server.Find($"{{find: '{collection}', hint: 'a', min: {{a: 2}}}}", database).Count.ShouldBe(1);
        var listed = server.Find($"{{listCollections: 1, filter: {{name: '{collection}'}}}}", database).Single();
        listed["options"].ShouldBe(BsonDocument.Parse("{validator: {a: {$exists: true}}}"));
        (listed["info"]["uuid"] == uuid).ShouldBe(database == "test");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(", stayTemp: true", true)]
    public void A_temporary_collection_that_is_renamed_is_permanent_unless_it_is_to_stay_temporary(string stays, bool temporary)
    {
        var server = new EmbeddedServer();
        server.Run("{applyOps: [{op: 'c', ns: 'test.$cmd', o: {create: 'made', temp: true}}]}", "admin");
        server.Run($"{{renameCollection: 'test.made', to: 'test.kept'{stays}}}", "admin");
        server.Find("{listCollections: 1, filter: {name: 'kept'}}").Single()["options"].AsBsonDocument.Contains("temp").ShouldBe(temporary);
        server.Find("{find: 'oplog.rs', sort: {$natural: -1}, limit: 1}", "local").Single()["o"]["stayTemp"].AsBoolean.ShouldBe(temporary);
    }

    [Theory]
    [InlineData("{renameCollection: 'test.absent', to: 'test.x'}", "admin", 26)]
    [InlineData("{renameCollection: 'test.c', to: 'test.d'}", "admin", 48)]
    [InlineData("{renameCollection: 'test.c', to: 'test.c'}", "admin", 20)]
    [InlineData("{renameCollection: 'test.c', to: 'test.x'}", "test", 13)]
    public void Renames_that_cannot_be_are_refused(string command, string database, int code)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}");
        server.Insert("d", "{_id: 1}");
        server.Fails(command, database).ShouldBe(code);
    }

    [Fact]
    public void Statistics_tell_counts_and_sizes()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}", "{_id: 2}");
        var stats = server.Run("{collStats: 'c'}");
        (stats["count"].AsInt32, stats["size"].AsInt32, stats["avgObjSize"].AsInt32, stats["nindexes"].AsInt32).ShouldBe((2, 28, 14, 1));
        server.Run("{dbStats: 1}")["objects"].AsInt64.ShouldBe(2);
        server.Run("{collStats: 'absent'}")["count"].AsInt32.ShouldBe(0);
        server.Run("{listDatabases: 1, filter: {name: 'test'}}", "admin")["databases"][0]["sizeOnDisk"].AsInt64.ShouldBeGreaterThan(0);
    }
}
