using BackupFunctions.Ipfs;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Verification;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Verification;

public sealed class VerificationWorkflowTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_whole_copy_on_each_node_has_no_fault()
    {
        var root = await BackUp();
        var result = await Verify(root);
        result.IsWhole.ShouldBeTrue();
        (result.Root, result.Copies.Count).ShouldBe((root, 2));
        result.Copies.ShouldAllBe(c => c.Pinned && c.Hashed == c.Blocks && c.Blocks > 0);
    }

    [Fact]
    public async Task A_missing_a_changed_and_an_unpinned_copy_are_found_on_their_own_node_alone_and_alerted()
    {
        var root = await BackUp();
        var node = _rig.Repository.First.Inner;
        var (victim, bytes) = node.Blocks.Where(b => b.Key.Codec == Cid.RawCodec).MaxBy(b => b.Value.Length);
        node.Blocks.TryRemove(victim, out _);
        (await FirstCopy(root)).ShouldSatisfyAllConditions(c => c.Fault.ShouldNotBeNull().ShouldContain(victim.ToString()), c => (c.Missing, c.Damaged).ShouldBe((1, 0)));
        node.Blocks[victim] = [.. bytes[..^1], (byte)~bytes[^1]];
        (await FirstCopy(root)).ShouldSatisfyAllConditions(c => c.Fault.ShouldNotBeNull().ShouldContain(victim.ToString()), c => (c.Missing, c.Damaged).ShouldBe((0, 1)));
        node.Blocks[victim] = bytes;
        node.PinNames.TryRemove(root, out _);
        (await FirstCopy(root)).ShouldSatisfyAllConditions(c => c.Fault.ShouldNotBeNull().ShouldContain("not pinned"), c => c.Hashed.ShouldBe(c.Blocks));
        _rig.Alerts.All.Count(a => a is { Event: "verification.failed", Level: AlertLevel.Error }).ShouldBe(3);
    }

    [Fact]
    public async Task A_sample_reads_some_leaves_and_asks_for_all()
    {
        var root = await BackUp();
        (await FirstCopy(root, 0.3)).ShouldSatisfyAllConditions(c => c.Fault.ShouldBeNull(), c => c.Hashed.ShouldBeInRange(1, c.Blocks - 1));
        var node = _rig.Repository.First.Inner;
        node.Blocks.TryRemove(node.Blocks.MaxBy(b => b.Value.Length).Key, out _);
        (await FirstCopy(root, 0.01)).Missing.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_says_nothing_about_the_other()
    {
        var root = await BackUp();
        _rig.Repository.First.Refused = NodeCalls.Get;
        var result = await Verify(root);
        result.Copies[0].Fault.ShouldNotBeNull();
        result.Copies[1].Fault.ShouldBeNull();
    }

    [Fact]
    public async Task Another_key_is_an_error_and_no_fault_of_a_copy()
    {
        var root = await BackUp();
        (await Should.ThrowAsync<ActivityFailedException>(() => Verify(root, key: TestRepository.OtherKey))).Kind.ShouldBe(ErrorKind.WrongKey);
    }

    [Fact]
    public async Task What_takes_long_is_many_calls_that_find_the_same()
    {
        var root = await BackUp();
        var node = _rig.Repository.First.Inner;
        var leaves = node.Blocks.Where(b => b.Key.Codec == Cid.RawCodec).OrderByDescending(b => b.Value.Length).Take(3).ToList();
        foreach (var (cid, bytes) in leaves.Take(2)) node.Blocks[cid] = [.. bytes[..^1], (byte)~bytes[^1]];
        node.Blocks.TryRemove(leaves[2].Key, out _);
        var once = await FirstCopy(root);
        var context = new CountingContext(Context(new ExpiredTime()));
        var result = await VerificationWorkflow.Run(context, new(root.ToString(), 1));
        context.Calls.Count(c => c == VerificationActivities.VerifyBlocks.Name).ShouldBeGreaterThan((int)once.Blocks);
        context.Calls.ShouldContain(VerificationActivities.VerifyFiles.Name);
        result.Copies[0].ShouldBe(once with { Fault = result.Copies[0].Fault });
        result.Copies[1].Fault.ShouldBeNull();
    }

    [Fact]
    public async Task An_oplog_is_opened_too()
    {
        await BackUp();
        await _rig.Fill("things", 2_000, 10);
        var slice = (await _rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup.Root;
        var opened = await new VerifyFilesActivity(_rig.Repository.Nodes, () => new(TestRepository.KeySource()), TimeProvider.System).Run(new(slice, 0, true, 0), BackupRig.Cancellation);
        (opened.Next, opened.Total, opened.Findings.Count).ShouldBe((1, 1, 0));
        opened.Bytes.ShouldBeGreaterThan(10 * 1_900);
    }

    private async Task<Cid> BackUp()
    {
        await _rig.Fill("things", 0, 1_500);
        return (await _rig.BackUp()).Backup.Root;
    }

    private async Task<CopyVerification> FirstCopy(Cid root, double share = 1)
    {
        var result = await Verify(root, share);
        result.Copies[1].Fault.ShouldBeNull();
        return result.Copies[0];
    }

    private Task<VerificationResult> Verify(Cid root, double share = 1, string? key = null) => VerificationWorkflow.Run(Context(TimeProvider.System, key), new(root.ToString(), share));

    private InProcessContext Context(TimeProvider time, string? key = null)
    {
        var nodes = _rig.Repository.Nodes;
        var activities = new ActivityRegistry()
            .Add(new PlanVerificationActivity((cid, _) => Task.FromResult(Cid.Parse(cid)), nodes))
            .Add(new VerifyBlocksActivity(nodes, time))
            .Add(new VerifyFilesActivity(nodes, () => new(TestRepository.KeySource(key)), time))
            .Add(new NotifyActivity(_rig.Alerts));
        return new("verification", activities, TimeProvider.System, new SeededRandomSource(5), null, BackupRig.Cancellation);
    }

    /// <summary>Every turn is over when it begins.</summary>
    private sealed class ExpiredTime : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => Interlocked.Add(ref _now, TimestampFrequency * 3600);
    }

    private sealed class CountingContext(IWorkflowContext inner) : IWorkflowContext
    {
        private readonly Lock _gate = new();

        public List<string> Calls { get; } = [];

        public string InstanceId => inner.InstanceId;

        public DateTimeOffset UtcNow => inner.UtcNow;

        public Guid NewId() => inner.NewId();

        public Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
        {
            lock (_gate) Calls.Add(activity.Name);
            return inner.Call(activity, key, input);
        }

        public Task Wait(TimeSpan delay, CancellationToken cancellationToken) => inner.Wait(delay, cancellationToken);

        public void SetStatus(WorkflowStatus status) => inner.SetStatus(status);
    }
}
