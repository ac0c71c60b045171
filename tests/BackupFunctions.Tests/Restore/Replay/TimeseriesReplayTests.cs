using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>The oplog of time series, which knows their buckets and views alone, in the shapes that servers from 5.0 to 8.0 write.</summary>
public class TimeseriesReplayTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    private const string Id = "{$oid: '695734c00000000000000001'}", Other = "{$oid: '695734c00000000000000002'}";

    private const string Create = """
        {op: 'c', ns: 'shop.$cmd', o: {create: 'system.buckets.w', validator: {$jsonSchema: {bsonType: 'object'}}, clusteredIndex: true,
        timeseries: {timeField: 't', metaField: 'm', granularity: 'seconds', bucketMaxSpanSeconds: 3600}}}
        """;

    private const string View = """
        {op: 'i', ns: 'shop.system.views', o: {_id: 'shop.w', viewOn: 'system.buckets.w', pipeline: [{$_internalUnpackBucket: {timeField: 't', metaField: 'm', bucketMaxSpanSeconds: 3600}}]}}
        """;

    private static readonly string[] History =
    [
        Create,
        "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'system.buckets.w', v: 2, key: {meta: 1, 'control.min.t': 1, 'control.max.t': 1}, name: 'm_1_t_1'}}",
        "{op: 'c', ns: 'shop.$cmd', o: {create: 'system.views', idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}",
        View,
        Insert(Id, "'a'"),
        Insert(Other, "'b'"),
        // a second measurement in an uncompressed bucket, then its compression, then an append to a compressed column
        Update(Id, "{scontrol: {smax: {u: {v: 9}}}, sdata: {sv: {i: {'1': 9}}}}"),
        Update(Id, "{scontrol: {u: {version: 2}, i: {count: 2}}, sdata: {u: {v: {$binary: {base64: 'YWJj', subType: '07'}}}}}"),
        Update(Id, "{scontrol: {u: {count: 3}}, sdata: {b: {v: {o: 2, d: {$binary: {base64: 'ZGVm', subType: '00'}}}}}}"),
        "{op: 'd', ns: 'shop.system.buckets.w', o: {_id: " + Other + "}}",
        "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'system.buckets.w', v: 2, key: {'control.max.v': -1, 'control.min.v': -1, 'meta.place': 1}, name: 'low'}}",
    ];

    private readonly ReplayRig _rig = new(server);

    private static CancellationToken Cancellation => ReplayRig.Cancellation;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_time_series_is_made_of_the_oplog_of_its_buckets(bool useApplyOps)
    {
        var options = new ReplayOptions { UseApplyOps = useApplyOps };
        var result = await _rig.Run(Oplog.Of(History), options, []);
        await Check(result);

        // and once more: twice is once
        await Check(await _rig.Run(Oplog.Of(History), options, []));

        async Task Check(ReplayResult replayed)
        {
            replayed.Warnings.ShouldBeEmpty();
            replayed.Views.ShouldBeEmpty();
            var spec = replayed.Collections.ShouldHaveSingleItem();
            (spec.Namespace.Collection, spec.Type).ShouldBe(("w", CollectionType.Timeseries));
            await replayed.Finish(_rig.Writer, ExistingCollection.Drop, Cancellation);
            var found = (await CollectionLister.Find(server.Connection, spec.Namespace, Cancellation)).ShouldNotBeNull();
            SpecComparer.Compare(spec, found).ShouldBeEmpty();
            found.Indexes.Select(i => $"{IndexSpec.Name(i)} {i["key"]}").ShouldBe(["m_1_t_1 { \"m\" : 1, \"t\" : 1 }", "low { \"v\" : -1, \"m.place\" : 1 }"], ignoreOrder: true);
            (await _rig.Texts("system.buckets.w")).ShouldBe([ReplayRig.Json($$$$$"""
                {_id: {{{{{Id}}}}}, control: {version: 2, min: {t: {$date: '2026-01-02T03:04:00Z'}, v: 1}, max: {t: {$date: '2026-01-02T03:04:05Z'}, v: 9}, count: 3}, meta: 'a',
                data: {t: {'0': {$date: '2026-01-02T03:04:05Z'}}, v: {$binary: {base64: 'YWJkZWY=', subType: '07'}}}}
                """)]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Filters_and_renames_name_the_time_series_and_hold_for_its_buckets_also_in_a_transaction(bool useApplyOps)
    {
        string[] entries =
        [
            .. History[..5], Create.Replace("buckets.w'", "buckets.left'", StringComparison.Ordinal), Insert(Id, "'a'", "left"),
            Oplog.Transaction($"{{applyOps: [{Insert(Other, "'b'")}, {Insert(Other, "'b'", "left")}]}}"),
        ];
        var options = new ReplayOptions
        {
            UseApplyOps = useApplyOps,
            Filter = new(NamespacePattern.ParseAll(["shop.*"], "x"), NamespacePattern.ParseAll(["shop.left"], "x")),
            Renames = NamespaceRenames.Parse(["shop.w"], [$"{_rig.Database}.copy"]),
        };
        var result = await _rig.Run(Oplog.Of(entries), options, []);
        (await _rig.Names()).ShouldBe(["copy"]);
        (await _rig.Read("system.buckets.copy")).Count.ShouldBe(2);
        (result.Skipped, result.Collections.ShouldHaveSingleItem().Namespace.Collection).ShouldBe((3, "copy"));
    }

    [Fact]
    public async Task A_time_series_that_was_loaded_is_changed_and_dropped()
    {
        var kept = await Load("kept", "{expireAfterSeconds: {$numberLong: '100'}, timeseries: {timeField: 't', metaField: 'm', granularity: 'seconds', bucketMaxSpanSeconds: 3600}}", "{v: 2, key: {m: 1, t: 1}, name: 'm_1_t_1'}", "{v: 2, key: {v: 1}, name: 'v_1'}");
        var gone = await Load("gone", "{timeseries: {timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: 3600}}");
        var result = await _rig.Run(Oplog.Of(
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'system.buckets.kept', timeseries: {granularity: 'minutes'}}}",
            "{op: 'u', ns: 'shop.system.views', o: {$v: 2, diff: {u: {pipeline: []}}}, o2: {_id: 'shop.kept'}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'system.buckets.kept', index: {keyPattern: {'control.min.v': 1, 'control.max.v': 1}, hidden: true}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'system.buckets.kept', expireAfterSeconds: {$numberLong: '7'}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'system.buckets.kept', timeseriesBucketsMayHaveMixedSchemaData: true}}",
            "{op: 'c', ns: 'shop.$cmd', o: {dropIndexes: 'system.buckets.kept', index: 'm_1_t_1'}}",
            "{op: 'd', ns: 'shop.system.views', o: {_id: 'shop.gone'}}",
            "{op: 'c', ns: 'shop.$cmd', o: {drop: 'system.buckets.gone'}}"), new ReplayOptions(), [kept, gone]);

        // held off until the end
        (await Found()).Options.Contains("expireAfterSeconds").ShouldBeFalse();
        await result.Finish(_rig.Writer, ExistingCollection.Drop, Cancellation);
        (await _rig.Names()).ShouldBe(["kept"]);
        var found = await Found();
        found.Options.ToBsonDocument().ShouldBe(BsonDocument.Parse("{expireAfterSeconds: {$numberLong: '7'}, timeseries: {timeField: 't', metaField: 'm', granularity: 'minutes', bucketMaxSpanSeconds: 86400}}"));
        found.Indexes.ShouldHaveSingleItem().ToBsonDocument().ShouldBe(BsonDocument.Parse("{v: 2, key: {v: 1}, name: 'v_1', hidden: true}"));
        SpecComparer.Compare(result.Collections.ShouldHaveSingleItem(), found).ShouldBeEmpty();

        async Task<CollectionSpec> Found() => (await CollectionLister.Find(server.Connection, new(_rig.Database, "kept"), Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Buckets_of_a_time_series_that_nothing_creates_are_left_out_with_a_warning_unless_it_is_dropped()
    {
        var result = await _rig.Run(Oplog.Of(Insert(Id, "'a'"), Insert(Id, "'a'", "old"), "{op: 'c', ns: 'shop.$cmd', o: {drop: 'system.buckets.old'}}"));
        result.Warnings.ShouldHaveSingleItem().ShouldStartWith("shop.w: what the oplog writes to its buckets is left out");
        (await _rig.Names()).ShouldBeEmpty();
        result.Collections.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{renameCollection: 'shop.system.buckets.tmp.agg_out.1', to: 'shop.system.buckets.w', stayTemp: false}", "$out")]
    [InlineData("{upgradeDowngradeViewlessTimeseries: 'w', isUpgrade: true}", "upgradeDowngradeViewlessTimeseries")]
    [InlineData("{convertToCapped: 'system.buckets.w', size: 4096}", "convertToCapped")]
    public async Task What_no_command_does_to_a_time_series_ends_the_replay(string command, string named)
    {
        var error = await Should.ThrowAsync<BackupException>(() => _rig.Run(Oplog.Of(Create, $"{{op: 'c', ns: 'shop.$cmd', o: {command}}}")));
        (error.Kind, error.Message.Contains(named, StringComparison.Ordinal), error.Hint is null).ShouldBe((ErrorKind.Failed, true, false), error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_section_of_a_delta_ends_the_replay_and_names_the_document(bool useApplyOps)
    {
        var entries = Oplog.Of(Create, Insert(Id, "'a'"), Update(Id, "{sdata: {z: {v: 1}}}"));
        var error = await Should.ThrowAsync<BackupException>(() => _rig.Run(entries, new ReplayOptions { UseApplyOps = useApplyOps }, []));
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain("system.buckets.w");
        error.Message.ShouldContain("695734c00000000000000001");
        error.Message.ShouldContain("section 'z' is unknown");
    }

    [Fact]
    public async Task An_index_of_the_buckets_that_is_none_of_the_time_series_is_left_out_with_a_warning()
    {
        var result = await _rig.Run(Oplog.Of(Create, "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'system.buckets.w', v: 2, key: {'control.closed': 1}, name: 'odd'}}"));
        result.Warnings.ShouldHaveSingleItem().ShouldContain("index odd of shop.system.buckets.w");
        result.Collections.ShouldHaveSingleItem().Indexes.ShouldBeEmpty();
    }

    private async Task<CollectionSpec> Load(string name, string options, params string[] indexes)
    {
        var spec = Mongo.Bson.Spec($"shop.{name}", options) with { Type = CollectionType.Timeseries, Indexes = [.. indexes.Select(Mongo.Bson.Raw)] };
        var target = spec with { Namespace = new(_rig.Database, name) };
        await _rig.Writer.Create(target, ExistingCollection.Refuse, Cancellation);
        await _rig.Writer.BuildIndexes(target with { Options = new(CollectionOptionsWithoutExpiry(options)) }, Cancellation);
        return spec;
    }

    private static byte[] CollectionOptionsWithoutExpiry(string options)
    {
        var document = BsonDocument.Parse(options);
        document.Remove("expireAfterSeconds");
        return document.ToBson();
    }

    private static string Insert(string id, string meta, string series = "w") => $$$$$"""
        {op: 'i', ns: 'shop.system.buckets.{{{{{series}}}}}', o: {_id: {{{{{id}}}}}, control: {version: 1, min: {t: {$date: '2026-01-02T03:04:00Z'}, v: 1}, max: {t: {$date: '2026-01-02T03:04:05Z'}, v: 1}},
        meta: {{{{{meta}}}}}, data: {t: {'0': {$date: '2026-01-02T03:04:05Z'}}, v: {'0': 1}}}}
        """;

    private static string Update(string id, string diff) => $"{{op: 'u', ns: 'shop.system.buckets.w', o: {{$v: 2, diff: {diff}}}, o2: {{_id: {id}}}}}";
}
