using System.Text.Json;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.MongoDump;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>The ten sequences that real servers wrote, each with the state that it leads to.</summary>
public sealed class RealTransactionTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    private readonly ReplayRig _rig = new(server);

    public static TheoryData<string> Names =>
    [
        "not transaction", "applyops not transaction", "small, unprepared", "large, unprepared", "small, prepared, committed", "small, prepared, aborted",
        "large, prepared, committed", "large, prepared, aborted", "large, unprepared, incomplete", "small, prepared, incomplete",
    ];

    [Fact]
    public void There_are_no_other_sequences()
    {
        using var file = Read();
        file.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(Names.Select(n => n.Data), ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_sequence_gives_its_state(string name)
    {
        var (entries, ns, expected) = Sequence(name);
        var result = await _rig.Run(entries);
        (await _rig.Texts(ns.Collection)).ShouldBe(expected);
        result.Uncommitted.ShouldBe(name.EndsWith("incomplete", StringComparison.Ordinal) ? 1 : 0);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_sequence_that_is_stopped_at_any_entry_and_resumed_gives_its_state(string name)
    {
        var (entries, ns, expected) = Sequence(name);
        for (var cut = 0; cut <= entries.Count; cut++)
        {
            var rig = new ReplayRig(server);
            var progress = new MemoryProgress();
            await rig.Run(entries.Take(cut), new ReplayOptions(), [], progress);
            await rig.Run(entries, new ReplayOptions(), [], progress);
            (await rig.Texts(ns.Collection)).ShouldBe(expected, $"cut at {cut}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_sequence_up_to_any_entry_holds_no_half_transaction(string name)
    {
        var (entries, ns, expected) = Sequence(name);
        for (var last = 0; last < entries.Count; last++)
        {
            var rig = new ReplayRig(server);
            await rig.Run(entries, new ReplayOptions { Target = entries[last].Optime }, []);
            (await rig.Texts(ns.Collection)).ShouldBe(last == entries.Count - 1 ? expected : []);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_sequence_is_filtered_inside_its_transactions(string name)
    {
        var (entries, ns, expected) = Sequence(name);
        await _rig.Run(entries, new ReplayOptions { Filter = Include(ns.ToString()) }, []);
        (await _rig.Texts(ns.Collection)).ShouldBe(expected);

        var other = new ReplayRig(server);
        var result = await other.Run(entries, new ReplayOptions { Filter = Include("txntest.other") }, []);
        (await other.Names()).ShouldBeEmpty();
        if (expected.Count > 0) result.Skipped.ShouldBeGreaterThan(0);
        result.Warnings.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_sequence_whose_base_is_newer_only_completes_transactions(string name)
    {
        var (entries, ns, expected) = Sequence(name);
        await _rig.Run(entries, new ReplayOptions { ApplyAfter = entries[^1].Optime }, []);
        (await _rig.Names()).ShouldBeEmpty();
        if (entries.Count == 1) return;
        await _rig.Run(entries, new ReplayOptions { ApplyAfter = entries[^2].Optime }, []);
        (await _rig.Texts(ns.Collection)).ShouldBe(expected);
    }

    private static NamespaceFilter Include(string pattern) => new(NamespacePattern.ParseAll([pattern], "--ns-include"), []);

    private static (List<OplogEntry> Entries, Namespace Namespace, List<string> Expected) Sequence(string name)
    {
        using var file = Read();
        var sequence = file.RootElement.GetProperty(name);
        return (
            [.. sequence.GetProperty("ops").EnumerateArray().Select(op => OplogEntry.Read(BsonDocument.Parse(op.GetRawText()).ToBson()))],
            Namespace.Parse(sequence.GetProperty("ns").GetString()!),
            [.. sequence.GetProperty("postimage").EnumerateArray().Select(d => ReplayRig.Json(d.GetRawText()))]);
    }

    private static JsonDocument Read() => JsonDocument.Parse(File.ReadAllBytes(TestDumps.Shared("mongo-tools/oplogs/transactions.json")));
}
