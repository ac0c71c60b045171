using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>The rules of an oplog's operations and commands.</summary>
public sealed class ReplayRulesTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    private readonly ReplayRig _rig = new(server);

    [Theory]
    [InlineData("{op: 'n', ns: '', o: {msg: 'periodic noop'}}")]
    [InlineData("{op: 'km', ns: 'config.$cmd', o: {key: 1}}")]
    [InlineData("{op: 'ci', ns: 'shop.a', o: {_id: 1}}")]
    [InlineData("{op: 'c', ns: 'shop.$cmd', o: {dropIdent: 'x'}}")]
    [InlineData("{op: 'c', ns: 'shop.$cmd', o: {setMultikeyMetadata: 'a'}}")]
    [InlineData("{op: 'c', ns: 'shop.$cmd', o: {dbCheck: 'shop.a', type: 'batch', md5: '', minKey: {_id: {$minKey: 1}}, maxKey: {_id: {$maxKey: 1}}}}")]
    [InlineData("{op: 'c', ns: 'config.$cmd', o: {whatever: 'a'}}")]
    [InlineData("{op: 'c', ns: 'config.$cmd', o: {drop: 'system.indexBuilds'}}")]
    [InlineData("{op: 'i', ns: 'config.transactions', o: {_id: 1}}")]
    [InlineData("{op: 'i', ns: 'backup_catalog.heads', o: {_id: 1}}")]
    [InlineData("{op: 'c', ns: 'shop.$cmd', o: {create: 'system.views', idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}")]
    [InlineData("{op: 'i', ns: 'shop.system.profile', o: {_id: 1}}")]
    [InlineData("{op: 'u', ns: 'admin.system.version', o: {$set: {currentVersion: 5}}, o2: {_id: 'authSchema'}}")]
    public async Task What_carries_no_user_data_is_skipped(string entry)
    {
        var result = await Run(new ReplayOptions { Filter = NamespaceFilter.Everything("backup_catalog") }, [], entry);
        (result.Entries, result.Operations, result.Skipped).ShouldBe((1, 0, 0));
        (await _rig.Names()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_command_is_a_hard_stop()
    {
        var error = await Should.ThrowAsync<BackupException>(() => Run([], "{op: 'i', ns: 'shop.a', o: {_id: 1}}", "{op: 'c', ns: 'shop.$cmd', o: {frobnicate: 'a'}}"));
        (error.Kind, error.Hint is null).ShouldBe((ErrorKind.Failed, false));
        error.Message.ShouldBe("replay the oplog: shop was changed by frobnicate, which this version does not know");
    }

    [Theory]
    [InlineData("{op: 'u', ns: 'admin.system.version', o: {$v: 2, diff: {u: {version: '8.0'}}}, o2: {_id: 'featureCompatibilityVersion'}}")]
    [InlineData("{op: 'c', ns: 'shop.$cmd', o: {reshardCollection: 'a'}}")]
    [InlineData("{op: 'n', ns: 'shop.a', o: {msg: 'x'}, o2: {type: 'reshardBegin'}}")]
    [InlineData("{op: 'i', ns: 'shop.system.resharding.0', o: {_id: 1}}")]
    [InlineData("{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.system.resharding.0', to: 'shop.a'}}")]
    public async Task Resharding_and_a_change_of_the_feature_compatibility_version_need_a_new_base(string entry)
    {
        (await Should.ThrowAsync<BackupException>(() => Run([], entry))).Hint.ShouldNotBeNull().ShouldContain("full backup");
        (await Run(new ReplayOptions { ApplyAfter = Oplog.At(1) }, [], entry)).Operations.ShouldBe(0); // the base is newer
    }

    [Fact]
    public async Task A_transaction_that_began_before_the_first_entry_is_a_gap() =>
        (await Should.ThrowAsync<BackupException>(() => Run([], Oplog.Transaction("{commitTransaction: 1}", 5)))).Kind.ShouldBe(ErrorKind.OplogGap);

    [Fact]
    public async Task Create_takes_options_as_they_are_given()
    {
        var result = await Run([],
            "{op: 'c', ns: 'shop.$cmd', o: {create: 'a', capped: true, size: 4096, max: 5, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {create: 'b', clusteredIndex: {v: 2, key: {_id: 1}, name: 'mine', unique: true}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {create: 'c', validator: {a: {$gt: 1}}, validationLevel: 'strict', validationAction: 'error', idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {create: 'd', temp: true, validator: {a: 1}, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}");
        foreach (var spec in result.Collections)
        {
            var found = (await CollectionLister.Find(server.Connection, spec.Namespace, ReplayRig.Cancellation)).ShouldNotBeNull();
            SpecComparer.Options(spec, found).ShouldBeEmpty();
        }
        (await _rig.Names()).ShouldBe(["a", "b", "c", "d"]);
    }

    [Fact]
    public async Task A_capped_collection_that_the_oplog_creates_keeps_its_order()
    {
        string[] entries = ["{op: 'c', ns: 'shop.$cmd', o: {create: 'a', capped: true, size: 1048576, max: 2, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}",
            "{op: 'i', ns: 'shop.a', o: {_id: 9}}", "{op: 'i', ns: 'shop.a', o: {_id: 2}}", "{op: 'i', ns: 'shop.a', o: {_id: 1}}"];
        await Run([], entries);
        (await _rig.Texts("a", natural: true)).ShouldBe([ReplayRig.Json("{_id: 2}"), ReplayRig.Json("{_id: 1}")]);
    }

    [Fact]
    public async Task A_rename_takes_documents_and_indexes_along_and_replaces_its_target()
    {
        var loaded = await _rig.Load("b", "{}", "{_id: 'old'}");
        var result = await Run([loaded],
            "{op: 'c', ns: 'shop.$cmd', o: {create: 'a', temp: true, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}",
            "{op: 'i', ns: 'shop.a', o: {_id: 1}}",
            "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'a', v: 2, key: {x: 1}, name: 'x_1'}}",
            "{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.a', to: 'shop.b', stayTemp: false, dropTarget: {$binary: {base64: '4p4kSLicSracQeNvveXz3g==', subType: '04'}}}}",
            "{op: 'i', ns: 'shop.b', o: {_id: 2}}");
        (await _rig.Names()).ShouldBe(["b"]);
        (await _rig.Texts("b")).ShouldBe([ReplayRig.Json("{_id: 1}"), ReplayRig.Json("{_id: 2}")]);
        var spec = result.Collections.ShouldHaveSingleItem();
        (spec.Namespace.Collection, spec.Options.Bytes().Length).ShouldBe(("b", 5));
        spec.Indexes.Select(IndexSpec.Name).ShouldBe(["_id_", "x_1"]);
    }

    [Fact]
    public async Task A_rename_across_databases_is_followed()
    {
        var renames = NamespaceRenames.Parse(["$db$.$name$"], [$"{_rig.Database}.$db$-$name$"]);
        await Run(new ReplayOptions { Renames = renames }, [], Create("a"), "{op: 'i', ns: 'shop.a', o: {_id: 1}}",
            "{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.a', to: 'store.b'}}");
        (await _rig.Names()).ShouldBe(["store-b"]);
        (await _rig.Texts("store-b")).ShouldBe([ReplayRig.Json("{_id: 1}")]);
    }

    [Fact]
    public async Task A_rename_out_of_the_filter_is_a_drop_with_a_warning()
    {
        var result = await Run(Excluding("shop.out"), [], Create("a"), "{op: 'i', ns: 'shop.a', o: {_id: 1}}", "{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.a', to: 'shop.out'}}");
        (await _rig.Names()).ShouldBeEmpty();
        result.Collections.ShouldBeEmpty();
        result.Warnings.ShouldHaveSingleItem().ShouldContain("shop.a is dropped");
    }

    [Fact]
    public async Task A_rename_into_the_filter_is_an_error_that_says_what_to_include()
    {
        var error = await Should.ThrowAsync<BackupException>(() => Run(Excluding("shop.tmp*"), [], Create("tmp1"), "{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.tmp1', to: 'shop.a'}}"));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Hint.ShouldNotBeNull().ShouldContain("include shop.tmp* as well");
    }

    [Fact]
    public async Task A_filter_that_splits_a_transaction_warns_once()
    {
        var transaction = Oplog.Transaction("{applyOps: [{op: 'i', ns: 'shop.a', o: {_id: 1}}, {op: 'i', ns: 'shop.out', o: {_id: 1}}]}");
        var result = await Run(Excluding("shop.out"), [], transaction, transaction.Replace("_id: 1", "_id: 2", StringComparison.Ordinal).Replace("'1'", "'2'", StringComparison.Ordinal));
        (await _rig.Names()).ShouldBe(["a"]);
        (await _rig.Read("a")).Count.ShouldBe(2);
        (result.Skipped, result.Transactions).ShouldBe((2, 2));
        result.Warnings.ShouldHaveSingleItem().ShouldContain("splits transactions");
    }

    [Fact]
    public async Task A_dropped_database_keeps_what_the_filter_leaves_out()
    {
        var a = await _rig.Load("a", "{}", "{_id: 1}");
        await _rig.Load("out", "{}", "{_id: 1}");
        await Run(Excluding("shop.out"), [a], "{op: 'i', ns: 'shop.b', o: {_id: 1}}", "{op: 'c', ns: 'shop.$cmd', o: {dropDatabase: 1}}");
        (await _rig.Names()).ShouldBe(["out"]);
    }

    [Fact]
    public async Task CollMod_changes_options_and_what_it_logs_of_indexes_goes_to_the_catalogue()
    {
        var result = await Run([], Create("a"),
            "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'a', v: 2, key: {x: 1}, name: 'x_1', hidden: true}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'a', validator: {a: {$gt: 1}}, validationLevel: 'moderate', validationAction: 'warn'}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'a', index: {keyPattern: {x: 1}, hidden: false, prepareUnique: true}}}",
            "{op: 'c', ns: 'shop.$cmd', o: {collMod: 'a', index: {name: 'x_1', unique: true}}}");
        var spec = result.Collections.ShouldHaveSingleItem();
        spec.Indexes[1].Bytes().ToArray().ShouldBe(Mongo.Bson.Bytes("{v: 2, key: {x: 1}, name: 'x_1', unique: true}"));
        SpecComparer.Options(spec, (await CollectionLister.Find(server.Connection, spec.Namespace, ReplayRig.Cancellation)).ShouldNotBeNull()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{dropIndexes: 'a', index: 'x_1'}", "y_1", "z_1")]
    [InlineData("{dropIndexes: 'a', index: {y: 1.0}}", "x_1", "z_1")]
    [InlineData("{deleteIndexes: 'a', index: ['x_1', 'z_1']}", "y_1")]
    [InlineData("{dropIndexes: 'a', index: '*'}")]
    public async Task Indexes_are_dropped_by_name_by_key_by_list_and_all_but_that_on_the_id(string command, params string[] left)
    {
        var spec = Mongo.Bson.Spec("shop.a", "{}", Mongo.Bson.IdIndex, "{v: 2, key: {x: 1}, name: 'x_1'}", "{v: 2, key: {y: 1}, name: 'y_1'}", "{v: 2, key: {z: 1}, name: 'z_1'}");
        var result = await Run([spec], $"{{op: 'c', ns: 'shop.$cmd', o: {command}}}");
        result.Collections.ShouldHaveSingleItem().Indexes.Select(IndexSpec.Name).ShouldBe(["_id_", .. left]);
    }

    [Fact]
    public async Task Indexes_in_the_style_of_old_servers_are_folded_in() =>
        (await Run([], "{op: 'i', ns: 'shop.system.indexes', o: {v: 1, key: {x: 1}, name: 'x_1', ns: 'shop.a'}}"))
            .Collections.ShouldHaveSingleItem().Indexes.Select(IndexSpec.Name).ShouldBe(["_id_", "x_1"]);

    [Fact]
    public async Task Views_follow_the_documents_of_system_views()
    {
        var kept = Mongo.Bson.Spec("shop.kept", "{viewOn: 'a', pipeline: [{$match: {z: 1, a: 1}}]}") with { Type = CollectionType.View, Indexes = [] };
        var result = await Run([kept], Create("a"),
            "{op: 'i', ns: 'shop.system.views', o: {_id: 'shop.v', viewOn: 'a', pipeline: []}}",
            "{op: 'i', ns: 'shop.system.views', o: {_id: 'shop.gone', viewOn: 'a', pipeline: []}}",
            "{op: 'u', ns: 'shop.system.views', o: {$v: 2, diff: {u: {pipeline: [{$project: {z: 1, a: 1}}]}}}, o2: {_id: 'shop.v'}}",
            "{op: 'd', ns: 'shop.system.views', o: {_id: 'shop.gone'}}");
        await result.Finish(_rig.Writer, ExistingCollection.Refuse, ReplayRig.Cancellation);
        (await _rig.Names()).ShouldBe(["a", "kept", "v"]);
        result.Views.Select(v => v.Namespace.Collection).ShouldBe(["kept", "v"]);
        foreach (var view in result.Views)
            SpecComparer.Compare(view, (await CollectionLister.Find(server.Connection, view.Namespace, ReplayRig.Cancellation)).ShouldNotBeNull()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Users_and_roles_are_handed_out_and_not_written()
    {
        var result = await Run([],
            "{op: 'i', ns: 'admin.system.users', o: {_id: 'admin.ann', user: 'ann', roles: []}}",
            "{op: 'i', ns: 'admin.system.users', o: {_id: 'admin.bob', user: 'bob'}}",
            "{op: 'u', ns: 'admin.system.users', o: {$v: 2, diff: {sroles: {a: true, u0: 'reader'}}}, o2: {_id: 'admin.ann'}}",
            "{op: 'd', ns: 'admin.system.users', o: {_id: 'admin.bob'}}",
            "{op: 'i', ns: 'admin.system.roles', o: {_id: 'admin.reader'}}");
        result.Users.ShouldHaveSingleItem().Bytes().ToArray().ShouldBe(Mongo.Bson.Bytes("{_id: 'admin.ann', user: 'ann', roles: ['reader']}"));
        result.Roles.Count.ShouldBe(1);
        (await _rig.Names()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Functions_in_system_js_are_ordinary_documents()
    {
        await Run([], "{op: 'i', ns: 'shop.system.js', o: {_id: 'f', value: {$code: 'function() {}'}}}");
        (await _rig.Read("system.js")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_behind_the_target_is_left_out()
    {
        var entries = Oplog.Of("{op: 'i', ns: 'shop.a', o: {_id: 1}}", "{op: 'i', ns: 'shop.a', o: {_id: 2}}", "{op: 'i', ns: 'shop.a', o: {_id: 3}}");
        var result = await _rig.Run(entries, new ReplayOptions { Target = Oplog.At(2) }, []);
        (result.Through, result.Entries).ShouldBe((Oplog.At(2), 2));
        (await _rig.Read("a")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Emptying_a_capped_collection_leaves_it_capped()
    {
        await Run([], "{op: 'c', ns: 'shop.$cmd', o: {create: 'a', capped: true, size: 4096, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}}",
            "{op: 'i', ns: 'shop.a', o: {_id: 1}}", "{op: 'c', ns: 'shop.$cmd', o: {emptycapped: 'a'}}", "{op: 'i', ns: 'shop.a', o: {_id: 2}}");
        (await _rig.Texts("a")).ShouldBe([ReplayRig.Json("{_id: 2}")]);
        (await CollectionLister.Find(server.Connection, new(_rig.Database, "a"), ReplayRig.Cancellation)).ShouldNotBeNull().IsCapped.ShouldBeTrue();
    }

    private static string Create(string name) => $"{{op: 'c', ns: 'shop.$cmd', o: {{create: '{name}', idIndex: {{v: 2, key: {{_id: 1}}, name: '_id_'}}}}}}";

    private static ReplayOptions Excluding(string pattern) => new() { Filter = new([], NamespacePattern.ParseAll([pattern], "--ns-exclude")) };

    private Task<ReplayResult> Run(CollectionSpec[] loaded, params string[] entries) => Run(new ReplayOptions(), loaded, entries);

    private Task<ReplayResult> Run(ReplayOptions options, CollectionSpec[] loaded, params string[] entries) => _rig.Run(Oplog.Of(entries), options, loaded);
}
