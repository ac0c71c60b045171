using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

/// <summary>Time series: the view that users see, the buckets below it, and what the oplog has of them.</summary>
public class TimeSeriesTests
{
    private const string Create = "{create: 'w', timeseries: {timeField: 't', metaField: 'm'}}";

    private readonly EmbeddedServer _server = new();

    [Theory]
    [InlineData("{timeField: 't', metaField: 'm'}", "{timeField: 't', metaField: 'm', granularity: 'seconds', bucketMaxSpanSeconds: 3600}")]
    [InlineData("{timeField: 't', granularity: 'hours'}", "{timeField: 't', granularity: 'hours', bucketMaxSpanSeconds: 2592000}")]
    [InlineData("{timeField: 't', granularity: 'minutes', bucketMaxSpanSeconds: 86400}", "{timeField: 't', granularity: 'minutes', bucketMaxSpanSeconds: 86400}")]
    [InlineData("{timeField: 't', bucketMaxSpanSeconds: 900, bucketRoundingSeconds: 900}", "{timeField: 't', bucketRoundingSeconds: 900, bucketMaxSpanSeconds: 900}")]
    public void A_time_series_is_listed_with_its_completed_options_beside_its_buckets(string given, string listed)
    {
        _server.Run($"{{create: 'w', timeseries: {given}, expireAfterSeconds: 3600}}");
        var entries = _server.Find("{listCollections: 1}").ToDictionary(e => e["name"].AsString);
        entries.Keys.Order(StringComparer.Ordinal).ShouldBe(["system.buckets.w", "system.views", "w"]);
        entries["w"]["type"].AsString.ShouldBe("timeseries");
        entries["w"]["options"].ShouldBe(new BsonDocument { { "expireAfterSeconds", 3600L }, { "timeseries", BsonDocument.Parse(listed) } });
        entries["w"]["info"].ShouldBe(new BsonDocument("readOnly", false));
        var buckets = entries["system.buckets.w"];
        buckets["type"].AsString.ShouldBe("collection");
        buckets["options"].AsBsonDocument.Names.ShouldBe(["validator", "clusteredIndex", "expireAfterSeconds", "timeseries"]);
        buckets["options"]["clusteredIndex"].ShouldBe(BsonBoolean.True);
        buckets.Contains("idIndex").ShouldBeFalse();
    }

    [Fact]
    public void The_oplog_has_the_creation_of_the_buckets_and_a_view_on_them()
    {
        var before = _server.Store.LastOptime;
        _server.Run(Create);
        var entries = _server.OplogAfter(before);
        entries.Select(e => $"{e["op"]} {e["ns"]} {e["o"].AsBsonDocument.GetElement(0)}").ShouldBe(
        [
            "c test.$cmd create=system.buckets.w", "c test.$cmd createIndexes=system.buckets.w", "c test.$cmd create=system.views", "i test.system.views _id=test.w",
        ]);
        entries[0]["o"].AsBsonDocument.Names.ShouldBe(["create", "validator", "clusteredIndex", "timeseries"]);
        entries[1]["o"].ShouldBe(BsonDocument.Parse("{createIndexes: 'system.buckets.w', v: 2, key: {meta: 1, 'control.min.t': 1, 'control.max.t': 1}, name: 'm_1_t_1'}"));
        entries[3]["o"].ShouldBe(BsonDocument.Parse(
            "{_id: 'test.w', viewOn: 'system.buckets.w', pipeline: [{$_internalUnpackBucket: {timeField: 't', metaField: 'm', bucketMaxSpanSeconds: 3600}}]}"));
        entries[0]["ui"].ShouldBe(entries[1]["ui"]);
    }

    [Fact]
    public void Measurements_of_one_meta_value_and_span_share_a_bucket_and_come_back_in_order()
    {
        _server.Run(Create);
        var before = _server.Store.LastOptime;
        _server.Insert("w", Measurement(1, 0, 5), Measurement(2, 10, 3), Measurement(3, 5, 9, "other: 'x'"));
        var bucket = _server.Find("{find: 'system.buckets.w'}").ShouldHaveSingleItem();
        bucket.ShouldBe(BsonDocument.Parse($$$$$"""
            {_id: {{{{{bucket["_id"].ToJson()}}}}}, control: {version: 1, min: {_id: 1, t: {$date: '2026-01-02T03:04:00Z'}, v: 3, other: 'x'}, max: {_id: 3, t: {$date: '2026-01-02T03:04:15Z'}, v: 9, other: 'x'}},
            meta: 'a', data: {_id: {'0': 1, '1': 2, '2': 3}, t: {'0': {$date: '2026-01-02T03:04:05Z'}, '1': {$date: '2026-01-02T03:04:15Z'}, '2': {$date: '2026-01-02T03:04:10Z'}},
            v: {'0': 5, '1': 3, '2': 9}, other: {'2': 'x'}}}
            """));
        bucket["_id"].AsObjectId.CreationTime.ShouldBe(new DateTime(2026, 1, 2, 3, 4, 0, DateTimeKind.Utc));

        var entries = _server.OplogAfter(before);
        entries.Select(e => $"{e["op"]} {e["ns"]}").ShouldBe(["i test.system.buckets.w", "u test.system.buckets.w", "u test.system.buckets.w"]);
        entries[1]["o"].ShouldBe(BsonDocument.Parse(
            "{$v: 2, diff: {scontrol: {smin: {u: {v: 3}}, smax: {u: {_id: 2, t: {$date: '2026-01-02T03:04:15Z'}}}}, sdata: {s_id: {i: {'1': 2}}, st: {i: {'1': {$date: '2026-01-02T03:04:15Z'}}}, sv: {i: {'1': 3}}}}}"));

        _server.Find("{find: 'w'}").Select(d => d.ToJson()).ShouldBe(new[]
        {
            "{t: {$date: '2026-01-02T03:04:05Z'}, m: 'a', _id: 1, v: 5}", "{t: {$date: '2026-01-02T03:04:15Z'}, m: 'a', _id: 2, v: 3}", "{t: {$date: '2026-01-02T03:04:10Z'}, m: 'a', _id: 3, v: 9, other: 'x'}",
        }.Select(d => BsonDocument.Parse(d).ToJson()));
        _server.Run("{count: 'w', query: {v: {$gt: 4}}}")["n"].ToInt32().ShouldBe(2);
        _server.Find("{aggregate: 'w', pipeline: [{$group: {_id: '$m', sum: {$sum: '$v'}}}], cursor: {}}").ShouldHaveSingleItem()["sum"].ToInt32().ShouldBe(17);
    }

    [Fact]
    public void Another_meta_value_a_later_span_and_the_thousandth_measurement_begin_a_bucket()
    {
        _server.Run(Create);
        _server.Insert("w", Measurement(1, 0, 1), Measurement(2, 0, 1, meta: "b"), Measurement(3, 3599, 1), Measurement(4, 3604, 1), "{_id: 5, t: {$date: '1969-12-31T23:59:59.5Z'}, m: 'a', v: 1}", "{_id: 6, t: {$date: '2026-01-02T03:04:05Z'}}");
        var buckets = _server.Find("{find: 'system.buckets.w'}");
        buckets.Select(b => string.Join(',', b["data"]["_id"].AsBsonDocument.Values)).Order(StringComparer.Ordinal).ShouldBe(["1", "2", "3,4", "5", "6"]);
        buckets.Single(b => !b.Contains("meta"))["data"]["_id"]["0"].ToInt32().ShouldBe(6);

        _server.Run("{create: 'many', timeseries: {timeField: 't'}}");
        _server.Insert("many", [.. Enumerable.Range(0, 1001).Select(i => Measurement(i, 0, i))]);
        _server.Find("{find: 'system.buckets.many'}").Select(b => b["data"]["t"].AsBsonDocument.ElementCount).ShouldBe([1000, 1]);
    }

    [Theory]
    [InlineData("{insert: 'w', documents: [{m: 1}]}", 2)]
    [InlineData("{update: 'w', updates: [{q: {}, u: {$set: {v: 1}}}]}", 72)]
    [InlineData("{delete: 'w', deletes: [{q: {}, limit: 0}]}", 72)]
    [InlineData("{findAndModify: 'w', query: {}, remove: true}", 72)]
    [InlineData("{createIndexes: 'w', indexes: [{key: {v: 1}, name: 'v_1', unique: true}]}", 72)]
    [InlineData("{collMod: 'w', validator: {}}", 72)]
    [InlineData("{collMod: 'w', timeseries: {granularity: 'eons'}}", 2)]
    [InlineData("{create: 'x', timeseries: {metaField: 'm'}}", 40414)]
    [InlineData("{create: 'x', timeseries: {timeField: 't', metaField: 't'}}", 72)]
    [InlineData("{create: 'x', timeseries: {timeField: 't', bucketMaxSpanSeconds: 5}}", 72)]
    [InlineData("{create: 'x', timeseries: {timeField: 't'}, capped: true, size: 4096}", 72)]
    [InlineData("{create: 'w', timeseries: {timeField: 't'}}", 48)]
    [InlineData("{collMod: 'plain', timeseries: {granularity: 'hours'}}", 72)]
    public void What_a_time_series_does_not_take_is_refused(string command, int code)
    {
        _server.Run(Create);
        _server.Run("{create: 'plain'}");
        if (command.StartsWith("{insert", StringComparison.Ordinal))
            _server.Run(command)["writeErrors"][0]["code"].ToInt32().ShouldBe(code);
        else
            _server.Fails(command).ShouldBe(code);
    }

    [Fact]
    public void Indexes_are_built_on_the_buckets_and_listed_in_terms_of_the_measurements()
    {
        _server.Run(Create);
        _server.Run("{createIndexes: 'w', indexes: [{key: {v: -1, 'm.place': 1}, name: 'low'}, {key: {t: 1}, name: 't_1'}]}");
        _server.Find("{listIndexes: 'w'}").Select(i => $"{i["name"]} {i["key"]}").ShouldBe(["m_1_t_1 { \"m\" : 1, \"t\" : 1 }", "low { \"v\" : -1, \"m.place\" : 1 }", "t_1 { \"t\" : 1 }"]);
        _server.Find("{listIndexes: 'system.buckets.w'}").Single(i => i["name"] == "low")["key"].ShouldBe(BsonDocument.Parse("{'control.max.v': -1, 'control.min.v': -1, 'meta.place': 1}"));
        _server.Run("{collMod: 'w', index: {keyPattern: {t: 1}, hidden: true}}");
        _server.Run("{dropIndexes: 'w', index: {v: -1, 'm.place': 1}}");
        _server.Find("{listIndexes: 'w'}").Select(i => $"{i["name"]} {i.GetValue("hidden", false)}").ShouldBe(["m_1_t_1 false", "t_1 true"]);
    }

    [Fact]
    public void A_changed_granularity_changes_buckets_and_view_and_an_expiry_comes_and_goes()
    {
        _server.Run(Create);
        var before = _server.Store.LastOptime;
        _server.Run("{collMod: 'w', timeseries: {granularity: 'minutes'}, expireAfterSeconds: 60}");
        _server.OplogAfter(before).Select(e => $"{e["op"]} {e["ns"]}").ShouldBe(["c test.$cmd", "u test.system.views"]);
        Options().ShouldBe(BsonDocument.Parse("{expireAfterSeconds: {$numberLong: '60'}, timeseries: {timeField: 't', metaField: 'm', granularity: 'minutes', bucketMaxSpanSeconds: 86400}}"));
        _server.Find("{find: 'system.views'}").ShouldHaveSingleItem()["pipeline"][0]["$_internalUnpackBucket"]["bucketMaxSpanSeconds"].ToInt32().ShouldBe(86400);
        _server.Fails("{collMod: 'w', timeseries: {granularity: 'seconds'}}").ShouldBe(72);
        _server.Run("{collMod: 'w', expireAfterSeconds: 'off'}");
        Options().Contains("expireAfterSeconds").ShouldBeFalse();

        BsonDocument Options() => _server.Find("{listCollections: 1, filter: {name: 'w'}}").ShouldHaveSingleItem()["options"].AsBsonDocument;
    }

    [Fact]
    public void Dropping_a_time_series_drops_its_buckets()
    {
        _server.Run(Create);
        _server.Insert("w", Measurement(1, 0, 1));
        var before = _server.Store.LastOptime;
        _server.Run("{drop: 'w'}");
        _server.Find("{listCollections: 1}").Select(e => e["name"].AsString).ShouldBe(["system.views"]);
        _server.OplogAfter(before).Select(e => $"{e["op"]} {e["ns"]}").ShouldBe(["d test.system.views", "c test.$cmd"]);
        _server.Run(Create);
    }

    [Fact]
    public void Raw_buckets_are_taken_and_given_and_compressed_ones_are_not_unpacked()
    {
        _server.Run(Create);
        const string Bucket = "{_id: {$oid: '695734c00000000000000001'}, control: {version: 2, min: {t: {$date: '2026-01-02T03:04:00Z'}}, max: {t: {$date: '2026-01-02T03:04:05Z'}}, count: 1}, data: {t: {$binary: {base64: 'YWJj', subType: '07'}}}}";
        _server.Run(BsonDocument.Parse($"{{insert: 'system.buckets.w', documents: [{Bucket}], bypassDocumentValidation: true}}"))["n"].ToInt32().ShouldBe(1);
        _server.Find("{find: 'system.buckets.w', hint: {$natural: 1}}").ShouldHaveSingleItem().ShouldBe(BsonDocument.Parse(Bucket));
        _server.Fails("{find: 'w'}").ShouldBe(238);
    }

    [Fact]
    public void The_oplog_of_a_time_series_is_applied_by_applyOps()
    {
        const string Id = "{$oid: '695734c00000000000000001'}";
        _server.Run("""
            {applyOps: [{op: 'c', ns: 'test.$cmd', o: {create: 'system.buckets.w', validator: {}, clusteredIndex: true, timeseries: {timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: 3600}}},
            {op: 'c', ns: 'test.$cmd', o: {create: 'system.views', idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}},
            {op: 'i', ns: 'test.system.views', o: {_id: 'test.w', viewOn: 'system.buckets.w', pipeline: [{$_internalUnpackBucket: {timeField: 't', bucketMaxSpanSeconds: 3600}}]}},
            {op: 'i', ns: 'test.system.buckets.w', o: {_id: ID, data: {t: {$binary: {base64: 'YWJj', subType: '07'}}}}},
            {op: 'u', ns: 'test.system.buckets.w', o: {$v: 2, diff: {sdata: {b: {t: {o: 2, d: {$binary: {base64: 'ZGVm', subType: '00'}}}}}}}, o2: {_id: ID}}]}
            """.Replace("ID", Id, StringComparison.Ordinal), "admin");
        _server.Find("{listCollections: 1, filter: {name: 'w'}}").ShouldHaveSingleItem()["type"].AsString.ShouldBe("timeseries");
        var column = _server.Find("{find: 'system.buckets.w'}").ShouldHaveSingleItem()["data"]["t"].AsBsonBinaryData;
        (System.Text.Encoding.ASCII.GetString(column.Bytes), (int)column.SubType).ShouldBe(("abdef", 7));
    }

    private static string Measurement(int id, int seconds, int value, string more = "", string meta = "a") =>
        $"{{_id: {id}, t: {{$date: '{new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddSeconds(seconds):yyyy-MM-ddTHH:mm:ssZ}'}}, m: '{meta}', v: {value}{(more.Length > 0 ? $", {more}" : "")}}}";
}
