using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore.Replay;

/// <summary>Replay again, and after a stop at any point.</summary>
public sealed class ReplayResumeTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task A_replay_leads_to_the_state_of_the_source(int seed)
    {
        var oplog = new GeneratedOplog(seed, 120);
        var rig = new ReplayRig(server);
        await rig.Run(oplog.Entries, Small(seed), []);
        await Holds(rig, oplog);
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Replaying_twice_equals_once(int seed)
    {
        var oplog = new GeneratedOplog(seed, 120);
        var rig = new ReplayRig(server);
        await rig.Run(oplog.Entries, Small(seed), []);
        await rig.Run(oplog.Entries, Small(seed), []);
        await Holds(rig, oplog);
    }

    [Theory]
    [InlineData(101, true)]
    [InlineData(102, false)]
    [InlineData(103, true)]
    [InlineData(104, false)]
    public async Task Killed_after_any_write_and_started_again_it_equals_an_uninterrupted_replay(int seed, bool savesOften)
    {
        var oplog = new GeneratedOplog(seed, 60);
        var options = Small(seed) with { SaveEvery = savesOften ? TimeSpan.Zero : TimeSpan.FromDays(1) };
        for (var last = 1; ; last++)
        {
            last.ShouldBeLessThan(1000);
            var rig = new ReplayRig(server);
            var progress = new MemoryProgress();
            var killer = new Killer(server.Connection.RunRaw, last);
            try
            {
                await rig.Run(oplog.Entries, options, [], progress, killer.Run);
                await Holds(rig, oplog);
                break; // it has fewer writes
            }
            catch (KilledException)
            {
            }
            await rig.Run(oplog.Entries, options, [], progress);
            await Holds(rig, oplog, $"killed after write {last}");
        }
    }

    [Fact]
    public async Task The_position_is_noted_before_and_after_every_command()
    {
        var progress = new MemoryProgress();
        var rig = new ReplayRig(server);
        await rig.Run(Oplog.Of("{op: 'i', ns: 'shop.a', o: {_id: 1}}", "{op: 'c', ns: 'shop.$cmd', o: {drop: 'a'}}", "{op: 'i', ns: 'shop.a', o: {_id: 2}}"),
            new ReplayOptions { SaveEvery = TimeSpan.FromDays(1) }, [], progress);
        (progress.Saves, progress.Position).ShouldBe((3, Oplog.At(3)));
    }

    [Fact]
    public async Task What_is_applied_already_is_not_applied_again_and_still_makes_up_the_catalogue()
    {
        var progress = new MemoryProgress();
        await progress.Save(Oplog.At(2), ReplayRig.Cancellation);
        var rig = new ReplayRig(server);
        var result = await rig.Run(Oplog.Of(
            "{op: 'c', ns: 'shop.$cmd', o: {createIndexes: 'a', v: 2, key: {x: 1}, name: 'x_1'}}", "{op: 'i', ns: 'shop.a', o: {_id: 1}}", "{op: 'i', ns: 'shop.a', o: {_id: 2}}"),
            new ReplayOptions(), [], progress);
        (await rig.Texts("a")).ShouldBe([ReplayRig.Json("{_id: 2}")]);
        result.Operations.ShouldBe(1);
        result.Collections.ShouldHaveSingleItem().Indexes.Select(IndexSpec.Name).ShouldBe(["_id_", "x_1"]);
    }

    [Fact]
    public async Task The_position_on_the_target_survives_and_goes_at_the_end()
    {
        var cancellation = ReplayRig.Cancellation;
        var progress = new TargetReplayProgress(server.Connection, "this request");
        (await progress.Load(cancellation)).ShouldBeNull();
        await progress.Save(Oplog.At(7), cancellation);
        await progress.Save(Oplog.At(8), cancellation);
        (await new TargetReplayProgress(server.Connection, "this request").Load(cancellation)).ShouldBe(Oplog.At(8));
        (await new TargetReplayProgress(server.Connection, "another request").Load(cancellation)).ShouldBeNull();
        NamespaceFilter.Everything().Includes(new(NamespaceFilter.RestoreDatabase, "progress")).ShouldBeFalse();
        await progress.Clear(cancellation);
        (await progress.Load(cancellation)).ShouldBeNull();
        (await (await server.Connection.Client.ListDatabaseNamesAsync(cancellation)).ToListAsync(cancellation)).ShouldNotContain(NamespaceFilter.RestoreDatabase);
    }

    // small batches, and applyOps or not, where the server has it
    private static ReplayOptions Small(int seed) => new() { BatchOperations = 7, Parallelism = 2, UseApplyOps = seed % 2 == 0, TransactionMemory = seed % 3 == 0 ? 0 : 1 << 20 };

    private static async Task Holds(ReplayRig rig, GeneratedOplog oplog, string? when = null)
    {
        string.Join(' ', await rig.Names()).ShouldBe(string.Join(' ', oplog.Collections.Keys), when);
        foreach (var (name, documents) in oplog.Collections)
            string.Join('\n', await rig.Texts(name)).ShouldBe(string.Join('\n', documents.Values.Select(d => d.ToJson())), when ?? name);
    }

    private sealed class KilledException() : Exception("killed");

    private sealed class Killer(RunRawCommand run, int last)
    {
        private static readonly string[] Writes = ["insert", "update", "delete", "create", "drop", "renameCollection", "applyOps"];

        private int _writes;

        public async Task<RawBsonDocument> Run(string database, RawBsonDocument command, CancellationToken cancellationToken)
        {
            var fields = new RawElements(command.Bytes().Span);
            fields.MoveNext();
            var isWrite = Writes.Contains(fields.Current.NameText);
            if (isWrite && Volatile.Read(ref _writes) >= last) throw new KilledException();
            var reply = await run(database, command, cancellationToken);
            if (isWrite && Interlocked.Increment(ref _writes) >= last) throw new KilledException();
            return reply;
        }
    }
}
