using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class IndexTests
{
    [Theory]
    [InlineData("{key: {a: 1}, name: 'i'}", "{v: 2, key: {a: 1}, name: 'i'}")]
    [InlineData("{v: 1, key: {a: -1.5, b: NumberLong(1)}, name: 'i', ns: 'test.c'}", "{v: 1, key: {a: -1.5, b: NumberLong(1)}, name: 'i'}")]
    [InlineData("{name: 'i', unique: true, key: {a: 1}, sparse: true, v: 2}", "{name: 'i', unique: true, key: {a: 1}, sparse: true, v: 2}")]
    [InlineData("{key: {a: 1}, name: 'i', expireAfterSeconds: NumberLong(60), hidden: true}", "{v: 2, key: {a: 1}, name: 'i', expireAfterSeconds: NumberLong(60), hidden: true}")]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {}}", "{v: 2, key: {a: 1}, name: 'i', partialFilterExpression: {}}")]
    [InlineData("{key: {_fts: 'text', _ftsx: 1}, name: 'i', weights: {a: 1}, default_language: 'english', language_override: 'language', textIndexVersion: 3}", "{v: 2, key: {_fts: 'text', _ftsx: 1}, name: 'i', weights: {a: 1}, default_language: 'english', language_override: 'language', textIndexVersion: 3}")]
    [InlineData("{key: {_id: 'hashed'}, name: 'i'}", "{v: 2, key: {_id: 'hashed'}, name: 'i'}")]
    [InlineData("{key: {l: '2dsphere', a: 1}, name: 'i'}", "{v: 2, key: {l: '2dsphere', a: 1}, name: 'i'}")]
    [InlineData("{key: {'$**': 1}, name: 'i', wildcardProjection: {a: 1}}", "{v: 2, key: {'$**': 1}, name: 'i', wildcardProjection: {a: 1}}")]
    [InlineData("{key: {a: 1}, name: 'i', collation: {locale: 'simple'}}", "{v: 2, key: {a: 1}, name: 'i'}")]
    [InlineData("{v: 1, key: {a: true, b: NumberDecimal('0'), c: '', d: null}, name: 'i'}", "{v: 1, key: {a: true, b: NumberDecimal('0'), c: '', d: null}, name: 'i'}")]
    public void Specifications_come_back_as_given(string given, string listed)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 'x'}");
        var reply = server.Run($"{{createIndexes: 'c', indexes: [{given}]}}");
        reply.ShouldBe(BsonDocument.Parse("{numIndexesBefore: 1, numIndexesAfter: 2, createdCollectionAutomatically: false}"));
        List(server)[1].ToBson().ShouldBe(BsonDocument.Parse(listed).ToBson());
        server.Run($"{{createIndexes: 'c', indexes: [{given}]}}")["note"].AsString.ShouldBe("all indexes already exist");
        server.Find("{find: 'c'}").Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("{key: {a: 1}}", 9)]
    [InlineData("{name: 'x'}", 9)]
    [InlineData("{key: {}, name: 'x'}", 67)]
    [InlineData("{key: {a: 0}, name: 'x'}", 67)]
    [InlineData("{key: {a: 'nearest'}, name: 'x'}", 67)]
    [InlineData("{key: {a: true}, name: 'x'}", 67)]
    [InlineData("{v: 1, key: {a: {}}, name: 'x'}", 67)]
    [InlineData("{v: 0, key: {a: 1}, name: 'x'}", 67)]
    [InlineData("{v: '1', key: {a: 1}, name: 'x'}", 14)]
    [InlineData("{key: {a: 1}, name: 'x', odd: 1}", 197)]
    [InlineData("{key: {b: 1}, name: 'there'}", 86)]
    [InlineData("{key: {a: 1}, name: 'elsewhere'}", 85)]
    [InlineData("{key: {a: 1}, name: 'there', unique: true}", 86)]
    [InlineData("{key: {a: 1}, name: 'there', expireAfterSeconds: 1}", 85)]
    [InlineData("{key: {d: 1}, name: 'x', unique: true}", 11000)]
    [InlineData("{key: {p: 1, q: 1}, name: 'x'}", 171)]
    public void Indexes_that_cannot_be_are_refused_and_none_is_made(string specification, int code)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, d: 1, p: [1], q: [1]}", "{_id: 2, d: 1}");
        server.Run("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'there'}]}");
        server.Fails($"{{createIndexes: 'c', indexes: [{{key: {{fine: 1}}, name: 'fine'}}, {specification}]}}").ShouldBe(code);
        List(server).Select(i => i["name"].AsString).ShouldBe(["_id_", "there"]);
    }

    [Fact]
    public void Unknown_options_are_left_out_on_request()
    {
        var server = new EmbeddedServer();
        server.Run("{createIndexes: 'c', ignoreUnknownIndexOptions: true, indexes: [{key: {a: 1}, name: 'a', odd: 1}]}")["createdCollectionAutomatically"].AsBoolean.ShouldBeTrue();
        List(server)[1].ShouldBe(BsonDocument.Parse("{v: 2, key: {a: 1}, name: 'a'}"));
    }

    [Theory]
    [InlineData("{unique: true}", "{a: 1}", "{a: 1}", true)]
    [InlineData("{unique: true}", "{a: 1}", "{a: 1.0}", true)]
    [InlineData("{unique: true}", "{}", "{}", true)]
    [InlineData("{unique: true}", "{a: null}", "{}", true)]
    [InlineData("{unique: true, sparse: true}", "{}", "{}", false)]
    [InlineData("{unique: true, sparse: true}", "{a: null}", "{a: null}", true)]
    [InlineData("{unique: true}", "{a: [1, 2]}", "{a: 2}", true)]
    [InlineData("{unique: true}", "{a: [1, 1]}", "{a: 2}", false)]
    [InlineData("{unique: true, partialFilterExpression: {b: {$gt: 5}}}", "{a: 1, b: 1}", "{a: 1, b: 9}", false)]
    [InlineData("{unique: true, partialFilterExpression: {b: {$gt: 5}}}", "{a: 1, b: 8}", "{a: 1, b: 9}", true)]
    public void Unique_indexes_refuse_a_second_key(string options, string first, string second, bool refused)
    {
        var server = new EmbeddedServer();
        var specification = BsonDocument.Parse("{key: {a: 1}, name: 'a'}").AddRange(BsonDocument.Parse(options));
        server.Run(new BsonDocument { { "createIndexes", "c" }, { "indexes", new BsonArray { specification } } });
        server.Insert("c", first);
        server.Run($"{{insert: 'c', documents: [{second}]}}").Contains("writeErrors").ShouldBe(refused);
    }

    [Fact]
    public void Compound_keys_over_one_array_go_element_by_element()
    {
        var server = new EmbeddedServer();
        server.Run("{createIndexes: 'c', indexes: [{key: {'a.x': 1, 'a.y': -1}, name: 'a', unique: true}]}");
        server.Insert("c", "{a: [{x: 1, y: 1}, {x: 2, y: 2}]}");
        server.Run("{insert: 'c', documents: [{a: {x: 1, y: 2}}]}").Contains("writeErrors").ShouldBeFalse();
        server.Run("{insert: 'c', documents: [{a: [{x: 9, y: 9}, {x: 2, y: 2}]}]}").Contains("writeErrors").ShouldBeTrue();
    }

    [Theory]
    [InlineData("{a: 1, b: 1}", "{a: 2, b: 7}", "12 11 27 25 21 30", "11")]
    [InlineData("{a: 1, b: 9}", "{a: 2, b: 5}", "12 11 27 25 21 30", "12 11 27")]
    [InlineData("{a: 2, b: 6}", null, "12 11 27 25 21 30", "25 21 30")]
    [InlineData(null, "{a: 2, b: 5}", "12 11 27 25 21 30", "12 11 27")]
    public void Min_and_max_bound_a_compound_index_by_its_directions(string? min, string? max, string all, string expected)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{a: 1, b: 2}", "{a: 3, b: 0}", "{a: 2, b: 1}", "{a: 2, b: 7}", "{a: 1, b: 1}", "{a: 2, b: 5}");
        server.Run("{createIndexes: 'c', indexes: [{key: {a: 1, b: -1}, name: 'i'}]}");
        var bounds = (min is null ? "" : $", min: {min}") + (max is null ? "" : $", max: {max}");
        Names("{find: 'c', hint: 'i'}").ShouldBe(all);
        Names($"{{find: 'c', hint: {{a: 1, b: -1}}{bounds}}}").ShouldBe(expected);
        Names($"{{find: 'c', hint: 'i', sort: {{a: -1, b: 1}}{bounds}}}").ShouldBe(string.Join(' ', expected.Split(' ').Reverse()));

        string Names(string find) => string.Join(' ', server.Find(find).Select(d => $"{d["a"]}{d["b"]}"));
    }

    [Theory]
    [InlineData("{find: 'c', min: {_id: 1}}", 51173)]
    [InlineData("{find: 'c', min: {a: 1}, hint: {_id: 1}}", 51174)]
    [InlineData("{find: 'c', min: {_id: 2}, max: {_id: 2}, hint: {_id: 1}}", 51175)]
    [InlineData("{find: 'c', hint: 'absent'}", 2)]
    [InlineData("{find: 'c', hint: {absent: 1}}", 2)]
    public void Hints_and_bounds_that_do_not_fit_are_refused(string find, int code)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1}");
        server.Fails(find).ShouldBe(code);
    }

    [Theory]
    [InlineData("'a'", "_id_ b c")]
    [InlineData("{b: 1}", "_id_ a c")]
    [InlineData("['a', 'c']", "_id_ b")]
    [InlineData("'*'", "_id_")]
    public void Indexes_are_dropped_by_name_by_key_and_all(string index, string left)
    {
        var server = WithThree();
        server.Run($"{{dropIndexes: 'c', index: {index}}}")["nIndexesWas"].AsInt32.ShouldBe(4);
        string.Join(' ', List(server).Select(i => i["name"])).ShouldBe(left);
    }

    [Theory]
    [InlineData("'x'", 27)]
    [InlineData("{x: 1}", 27)]
    [InlineData("'_id_'", 72)]
    [InlineData("['a', 'x']", 27)]
    public void Dropping_what_is_not_there_is_refused(string index, int code)
    {
        var server = WithThree();
        server.Fails($"{{dropIndexes: 'c', index: {index}}}").ShouldBe(code);
        List(server).Count.ShouldBe(4);
    }

    private static EmbeddedServer WithThree()
    {
        var server = new EmbeddedServer();
        server.Run("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a'}, {key: {b: 1}, name: 'b'}, {key: {c: 1}, name: 'c'}]}");
        return server;
    }

    private static List<BsonDocument> List(EmbeddedServer server) => server.Find("{listIndexes: 'c'}");
}
