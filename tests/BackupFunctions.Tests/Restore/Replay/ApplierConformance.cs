using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>What every applier does.</summary>
public abstract class ApplierConformance(MongoServerFixture server)
{
    private readonly ReplayRig _rig = new(server);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TargetCommands Commands { get; } = new(server.Connection.RunRaw, server.Topology.Version, TimeProvider.System);

    private protected abstract Task<IOperationApplier> Applier();

    [Fact]
    public async Task An_insert_replaces_the_document_of_its_id()
    {
        await Apply(Insert("{_id: 1, a: 1}"), Insert("{_id: 2}"));
        await Apply(Insert("{_id: 1, b: 2}"));
        await Holds("{_id: 1, b: 2}", "{_id: 2}");
    }

    [Fact]
    public async Task An_update_finds_its_document_by_the_id_of_o2_alone()
    {
        await Apply(Insert("{_id: 1, a: 1}"), Insert("{_id: 2, a: 1}"));
        await Apply(Update("{_id: 2, a: 99}", "{$v: 2, diff: {u: {a: 5}}}"));
        await Holds("{_id: 1, a: 1}", "{_id: 2, a: 5}");
    }

    [Theory]
    [InlineData("{$v: 2, diff: {u: {a: 5}, d: {b: false}, i: {c: 1}}}", "{_id: 1, a: 5, c: 1}")]
    [InlineData("{$set: {a: 5, 'n.x': 1}}", "{_id: 1, a: 5, b: 2, n: {x: 1}}")]
    [InlineData("{_id: 1, z: 1}", "{_id: 1, z: 1}")]
    public async Task Deltas_modifiers_and_replacements_change_a_document(string update, string after)
    {
        await Apply(Insert("{_id: 1, a: 1, b: 2}"));
        await Apply(Update("{_id: 1}", update));
        await Holds(after);
        await Apply(Insert("{_id: 1, a: 1, b: 2}"), Update("{_id: 1}", update));
        await Holds(after);
    }

    [Theory]
    [InlineData("{$v: 2, diff: {u: {a: 5}}}")]
    [InlineData("{$set: {a: 5}}")]
    [InlineData("{_id: 1, a: 5}")]
    public async Task An_update_of_a_document_that_is_not_there_is_left_out(string update)
    {
        await Apply(Insert("{_id: 2}"), Update("{_id: 1}", update), Insert("{_id: 3}"));
        await Apply(Insert("{_id: 1, x: 1}"), Delete("{_id: 1}"), Update("{_id: 1}", update));
        await Holds("{_id: 2}", "{_id: 3}");
    }

    [Fact]
    public async Task A_delete_of_a_document_that_is_not_there_is_fine()
    {
        await Apply(Delete("{_id: 1}"), Insert("{_id: 2}"));
        await Holds("{_id: 2}");
    }

    [Fact]
    public async Task Operations_on_one_document_keep_their_order()
    {
        await Apply(Insert("{_id: 1, n: 0}"));
        await Apply([.. Enumerable.Range(1, 50).Select(i => Update("{_id: 1}", $"{{$v: 2, diff: {{u: {{n: {i}}}, i: {{f{i}: {i}}}}}}}")),
            .. Enumerable.Range(1, 49).Select(i => Update("{_id: 1}", $"{{$v: 2, diff: {{d: {{f{i}: false}}}}}}"))]);
        await Holds("{_id: 1, n: 50, f50: 50}");
        await Apply(Delete("{_id: 1}"), Insert("{_id: 1, a: 1}"), Delete("{_id: 1}"), Insert("{_id: 1, b: 1}"), Update("{_id: 1}", "{$set: {c: 1}}"));
        await Holds("{_id: 1, b: 1, c: 1}");
    }

    [Fact]
    public async Task Numbers_of_different_types_are_one_id()
    {
        await Apply(Insert("{_id: 1}"), Delete("{_id: 1}"), Insert("{_id: {$numberLong: '1'}, a: 1}"), Insert("{_id: {a: {$numberDouble: '2'}}}"), Delete("{_id: {a: 2}}"));
        await Holds("{_id: {$numberLong: '1'}, a: 1}");
    }

    [Fact]
    public async Task Ids_of_every_type_are_found_again()
    {
        string[] ids = ["null", "{$minKey: 1}", "{$maxKey: 1}", "''", "{}", "{a: {b: 1}}", "{$binary: {base64: 'AQI=', subType: '80'}}", "true", "{$date: {$numberLong: '-1'}}",
            "{$timestamp: {t: 0, i: 0}}", "{$numberDecimal: '1.5'}", "{$oid: '0123456789abcdef01234567'}", "{$numberDouble: 'NaN'}", "{$code: 'f'}"];
        await Apply([.. ids.Select(id => Insert($"{{_id: {id}, a: 1}}"))]);
        await Apply([.. ids.Select(id => Update($"{{_id: {id}}}", "{$v: 2, diff: {u: {a: 2}}}"))]);
        (await _rig.Read("c")).Select(d => MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(d)["a"].AsInt32).ShouldBe(Enumerable.Repeat(2, ids.Length));
        await Apply([.. ids.Select(id => Delete($"{{_id: {id}}}"))]);
        await Holds();
    }

    [Fact]
    public async Task Validators_are_bypassed()
    {
        await _rig.Load("c", "{validator: {qty: {$gt: 100}}}");
        await Apply(Insert("{_id: 1, qty: 1}"));
        await Apply(Update("{_id: 1}", "{$v: 2, diff: {u: {qty: 2}}}"));
        await Holds("{_id: 1, qty: 2}");
    }

    [Fact]
    public async Task A_document_is_stored_byte_for_byte()
    {
        using var odd = new RawBsonBuilder();
        odd.Add("_id", 1).Add("twice", 1).Add("twice", 2).Element([0x01, .. "nan\0"u8, 0x34, 0x12, 0, 0, 0, 0, 0xF8, 0x7F])
            .Element([0x06, .. "undefined\0"u8]).Element([0x11, .. "empty\0"u8, 0, 0, 0, 0, 0, 0, 0, 0]);
        byte[][] documents = [odd.ToArray(), Mongo.Bson.Bytes("{_id: 2, ts: {$timestamp: {t: 0, i: 0}}}")];
        await Apply([.. documents.Select(d => Operation(OplogOperationKind.Insert, d, d))]);
        (await _rig.Read("c")).ShouldBe(documents);
        await Apply(Update("{_id: 1}", "{$v: 2, diff: {i: {a: 1}}}"));
        (await _rig.Read("c"))[0].ShouldBe([.. BitConverter.GetBytes(documents[0].Length + 7), .. documents[0][4..^1], 0x10, (byte)'a', 0, 1, 0, 0, 0, 0]);
    }

    [Fact]
    public async Task A_document_comes_with_its_id_in_front()
    {
        await Apply(Insert("{a: 1, _id: 1}"));
        await Holds("{_id: 1, a: 1}");
    }

    [Fact]
    public async Task The_longest_document_is_written_and_changed()
    {
        var pad = new string('x', InsertCommand.LongestDocument - 29);
        await Apply(Insert($"{{_id: 1, a: 1, x: '{pad}'}}"));
        await Apply(Update("{_id: 1}", "{$v: 2, diff: {u: {a: 2}}}"));
        var document = (await _rig.Read("c")).ShouldHaveSingleItem();
        (document.Length, BitConverter.ToInt32(document, document.AsSpan().IndexOf("a\0"u8) + 2)).ShouldBe((InsertCommand.LongestDocument, 2));
    }

    [Fact]
    public async Task Updates_of_more_documents_than_one_reply_holds_reach_all()
    {
        await Apply([.. Enumerable.Range(0, 40).Select(i => Insert($"{{_id: {i}, a: 0, x: '{new string('x', 1 << 20)}'}}"))]);
        await Apply([.. Enumerable.Range(0, 60).Select(i => Update($"{{_id: {i}}}", $"{{$v: 2, diff: {{u: {{a: {i}}}, d: {{x: false}}}}}}"))]);
        await Holds([.. Enumerable.Range(0, 40).Select(i => $"{{_id: {i}, a: {i}}}")]);
    }

    [Fact]
    public async Task Operations_on_many_documents_and_collections_all_arrive()
    {
        await Apply([.. Enumerable.Range(0, 6000).Select(i => Insert($"{{_id: {i}, a: 0}}", $"c{i % 3}"))]);
        await Apply([.. Enumerable.Range(0, 6000).Select(i => i % 2 == 0 ? Delete($"{{_id: {i}}}", $"c{i % 3}") : Update($"{{_id: {i}}}", "{$v: 2, diff: {u: {a: 1}}}", $"c{i % 3}"))]);
        foreach (var k in Enumerable.Range(0, 3))
            (await _rig.Texts($"c{k}")).ShouldBe(Enumerable.Range(0, 6000).Where(i => i % 3 == k && i % 2 == 1).Select(i => ReplayRig.Json($"{{_id: {i}, a: 1}}")));
    }

    [Fact]
    public async Task A_capped_collection_keeps_its_order()
    {
        await _rig.Load("c", "{capped: true, size: 1048576, max: 3}");
        DocumentOperation[] operations = [.. new[] { 5, 3, 4, 1, 2 }.Select(i => Insert($"{{_id: {i}, a: 0}}", capped: true))];
        await Apply(operations);
        (await _rig.Texts("c", natural: true)).ShouldBe(new[] { 4, 1, 2 }.Select(i => ReplayRig.Json($"{{_id: {i}, a: 0}}")));
        await Apply([.. operations[1..], Update("{_id: 1}", "{$v: 2, diff: {u: {a: 1}}}", capped: true), Insert("{_id: 9, a: 0}", capped: true)]);
        (await _rig.Texts("c", natural: true)).ShouldBe(new[] { "{_id: 1, a: 1}", "{_id: 2, a: 0}", "{_id: 9, a: 0}" }.Select(ReplayRig.Json));
    }

    private protected DocumentOperation Insert(string document, string collection = "c", bool capped = false) =>
        Operation(OplogOperationKind.Insert, Mongo.Bson.Bytes(document), Mongo.Bson.Bytes(document), collection, capped);

    private protected DocumentOperation Update(string o2, string o, string collection = "c", bool capped = false) =>
        Operation(OplogOperationKind.Update, Mongo.Bson.Bytes(o2), Mongo.Bson.Bytes(o), collection, capped);

    private protected DocumentOperation Delete(string o, string collection = "c") => Operation(OplogOperationKind.Delete, Mongo.Bson.Bytes(o), Mongo.Bson.Bytes(o), collection);

    private protected async Task<AppliedOperations> Apply(params DocumentOperation[] operations) => await (await Applier()).Apply(operations, Cancellation);

    private protected async Task Holds(params string[] documents) => (await _rig.Texts("c")).ShouldBe(documents.Select(ReplayRig.Json));

    private DocumentOperation Operation(OplogOperationKind kind, byte[] id, byte[] o, string collection = "c", bool capped = false) =>
        new(new ReplayTarget(new(_rig.Database, collection), capped, false), kind, RawBson.Id(id)!.Bytes(), o);
}
