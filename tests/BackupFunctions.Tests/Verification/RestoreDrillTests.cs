using BackupFunctions.Embedded.Server;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Workflows;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Verification;

public sealed class RestoreDrillTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_full_backup_is_restored_compared_recorded_and_told()
    {
        await BackUp();
        var stopped = Watch();
        var result = await RestoreDrillWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(null));
        (result.Drill.Outcome, result.Drill.Documents, result.Drill.Reason).ShouldBe((DrillOutcome.Proven, 600, null));
        var state = await _rig.Manifest.Load(BackupRig.Cancellation);
        (state.LastProvenDrill, state.Drills.Count).ShouldBe((result.Drill, 1));
        _rig.Alerts.Events.ShouldContain("drill.completed:Info");
        stopped().ShouldBe(1);
    }

    [Fact]
    public async Task A_point_behind_which_no_full_backup_follows_is_replayed_and_not_compared()
    {
        await BackUp();
        await _rig.Fill("things", 600, 20);
        var end = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup.Oplog!.Through.Optime;
        var result = await RestoreDrillWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(end.ToString()));
        (result.Drill.Outcome, result.Drill.Reason).ShouldBe((DrillOutcome.Replayed, null));
        (await _rig.Manifest.Load(BackupRig.Cancellation)).LastProvenDrill.ShouldBeNull();
    }

    [Fact]
    public async Task A_point_before_a_full_backup_is_replayed_to_its_time_and_compared_with_it()
    {
        await BackUp();
        var first = (await _rig.Manifest.Load(BackupRig.Cancellation)).Latest()!;
        await _rig.Fill("things", 600, 20);
        await _rig.BackUpIncrement();
        var second = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 620, 20);
        await _rig.BackUpIncrement();
        var plan = await Plan(window: true, moment: 0);
        (plan.Backup, plan.CompareWith, plan.Point, plan.Slices.Count > 0).ShouldBe((first.Id, second.Root, second.ConsistentAt, true));
        var run = await _rig.Drill().Run(new(plan, "00000001"), BackupRig.Cancellation);
        (run.Outcome, run.Reason).ShouldBe((DrillOutcome.Proven, null));

        // the comparison is one: the same state is not that of the first backup
        var other = await _rig.Drill().Run(new(plan with { CompareWith = first.Root }, "00000002"), BackupRig.Cancellation);
        other.Outcome.ShouldBe(DrillOutcome.Failed);
        other.Reason.ShouldNotBeNull().ShouldContain("things");
    }

    [Fact]
    public async Task A_full_backup_that_was_not_read_as_of_one_moment_is_nothing_to_compare_a_point_before_it_with()
    {
        // what is capped is not
        await server.Connection.Client.GetDatabase(_rig.Database).CreateCollectionAsync("log", new() { Capped = true, MaxSize = 1 << 20 }, BackupRig.Cancellation);
        await BackUp();
        await _rig.Fill("things", 600, 20);
        await _rig.BackUpIncrement();
        await _rig.BackUp();
        await _rig.Fill("things", 620, 20);
        await _rig.BackUpIncrement();
        (await Plan(window: true, moment: 0)).CompareWith.ShouldBeNull();
    }

    [Fact]
    public async Task A_backup_that_is_damaged_everywhere_fails_is_told_as_an_error_and_its_server_is_stopped()
    {
        await BackUp();
        var victim = _rig.Repository.First.Inner.Blocks.Where(b => b.Key.Codec == Cid.RawCodec).MaxBy(b => b.Value.Length).Key;
        foreach (var node in new[] { _rig.Repository.First.Inner, _rig.Repository.Second.Inner }) node.Blocks.TryRemove(victim, out _);
        var stopped = Watch();
        var result = await RestoreDrillWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(null));
        (result.Drill.Outcome, stopped()).ShouldBe((DrillOutcome.Failed, 1));
        result.Drill.Reason.ShouldNotBeNull().ShouldContain(victim.ToString());
        _rig.Alerts.All.Single(a => a.Event == "drill.failed").Level.ShouldBe(AlertLevel.Error);
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Drills.ShouldHaveSingleItem().Outcome.ShouldBe(DrillOutcome.Failed);
    }

    [Theory]
    [InlineData("ends")]
    [InlineData("fails")]
    [InlineData("is stopped")]
    public async Task On_a_server_of_ones_own_nothing_is_left_however_it_ends(string how)
    {
        await BackUp();
        await using var own = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions());
        var client = new MongoClient(own.ConnectionString);
        await client.GetDatabase(_rig.Database).GetCollection<MongoDB.Bson.BsonDocument>("things").InsertOneAsync(new() { { "_id", "mine" } }, cancellationToken: BackupRig.Cancellation);
        var before = await Databases(client);
        var plan = await Plan(window: false, moment: 0);
        using var stop = new CancellationTokenSource();
        var restored = new List<string>();
        if (how != "ends") _rig.Sources = [new Gate(_rig.Repository.First, async () =>
        {
            restored.AddRange(await Databases(client));
            if (how == "fails") throw new BackupException(ErrorKind.Failed, "the node went away");
            await stop.CancelAsync();
            stop.Token.ThrowIfCancellationRequested();
        })];

        var run = _rig.Drill(own.ConnectionString).Run(new(plan, "0000abcd"), stop.Token);
        if (how == "is stopped") await Should.ThrowAsync<OperationCanceledException>(() => run);
        else (await run).Outcome.ShouldBe(how == "ends" ? DrillOutcome.Proven : DrillOutcome.Failed);
        if (how != "ends") restored.ShouldContain(n => n.StartsWith("drill_0000abcd_", StringComparison.Ordinal));
        (await Databases(client)).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task One_that_takes_longer_than_its_host_allows_fails_and_its_server_is_stopped()
    {
        await BackUp();
        var (plan, stopped) = (await Plan(window: false, moment: 0), Watch());
        var limit = TimeSpan.FromMinutes(25);
        _rig.Sources = [new Gate(_rig.Repository.First, () =>
        {
            _rig.Repository.Time.Advance(limit);
            return Task.CompletedTask;
        })];
        var late = await _rig.Drill(limit: limit).Run(new(plan, "0000abcd"), BackupRig.Cancellation);
        (late.Outcome, late.Reason, stopped()).ShouldBe((DrillOutcome.Failed, "it did not end within 25 minutes, as long as this host lets one run", 1));
        (await _rig.Drill().Run(new(plan, "0000abcd"), BackupRig.Cancellation)).Outcome.ShouldBe(DrillOutcome.Proven);
    }

    private async Task BackUp()
    {
        await _rig.Fill("things", 0, 600);
        await _rig.BackUp();
    }

    private Task<DrillPlan> Plan(bool window, ulong moment)
    {
        var seed = new byte[16];
        seed[0] = window ? (byte)1 : (byte)0;
        BitConverter.GetBytes(moment).CopyTo(seed, 8);
        return new PlanDrillActivity(_rig.Manifest, _rig.RestoreSession).Run(new(null, new(seed)), BackupRig.Cancellation);
    }

    // how many servers were stopped
    private Func<int> Watch()
    {
        var (start, stopped) = (_rig.Scratch, 0);
        _rig.Scratch = async token =>
        {
            var started = await start(token);
            return new(started.Uri, new Watched(started, () => stopped++));
        };
        return () => stopped;
    }

    private static async Task<List<string>> Databases(MongoClient client) => await (await client.ListDatabaseNamesAsync(BackupRig.Cancellation)).ToListAsync(BackupRig.Cancellation);

    private sealed class Watched(IAsyncDisposable inner, Action stopped) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            stopped();
        }
    }

    /// <summary>Does something before the first big block is given.</summary>
    private sealed class Gate(IBlockSource inner, Func<Task> before) : IBlockSource
    {
        public string Name => inner.Name;

        public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
        {
            var bytes = await inner.Get(cid, cancellationToken);
            if (bytes?.Length > 50_000) await before();
            return bytes;
        }
    }
}
