using BackupFunctions.Backup;
using BackupFunctions.EndToEnd.Engine;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Ipfs.Nodes;
using BackupFunctions.Workflows;

namespace BackupFunctions.EndToEnd.IpfsNodes;

/// <summary>
/// Whole backups over two real js-ipfs nodes (Kubo-shaped), of which the second fails in every way: the backup is recorded as degraded and never as complete, what is
/// staged stays, and the second copy is made when the node is well again.
/// </summary>
public sealed class NodeFaultTests(EngineServer server, NodesOfTheirOwn nodes) : IClassFixture<EngineServer>, IClassFixture<NodesOfTheirOwn>
{
    private static readonly (string What, string Faults, bool InEveryRun)[] Faults =
    [
        ("its import answers 503", """[{"match":"dag/import","status":503}]""", true),
        ("its import answers 500", """[{"match":"dag/import","error":"disk full"}]""", false),
        ("its import is refused as text", """[{"match":"dag/import","status":403,"body":"403 - Forbidden"}]""", false),
        ("its import says 200 and a pin error", """[{"match":"dag/import","status":200,"body":"{\"Root\":{\"Cid\":{\"/\":\"bafkqaaa\"},\"PinErrorMsg\":\"blockstore: block not found\"}}\n"}]""", false),
        ("its import resets the connection", """[{"match":"dag/import","reset":true}]""", false),
        ("its import hangs", """[{"match":"dag/import","hang":true}]""", true),
        ("its pin fails", """[{"match":"pin/add","error":"disk full"}]""", true),
        ("its pin hangs", """[{"match":"pin/add","hang":true}]""", false),
        ("its pins cannot be listed", """[{"match":"pin/ls","status":500,"body":"{\"Message\":\"pin store closed\",\"Code\":0,\"Type\":\"error\"}"}]""", false),
        ("its blocks cannot be read back", """[{"match":"block/get","status":500}]""", true),
        ("its blocks break off", """[{"match":"block/get","cutAfter":20}]""", false),
        ("it hangs at everything", """[{"match":"","hang":true}]""", false),
    ];

    /// <summary>Some of them belong to every test run; all with <c>BACKUPFUNCTIONS_LONG=1</c>.</summary>
    public static TheoryData<string, string> FaultsOfThisRun =>
        [.. Faults.Where(f => f.InEveryRun || Environment.GetEnvironmentVariable("BACKUPFUNCTIONS_LONG") == "1").Select(f => new TheoryDataRow<string, string>(f.What, f.Faults))];

    [Theory, MemberData(nameof(FaultsOfThisRun))]
    public async Task A_backup_is_degraded_when(string what, string faults)
    {
        var pair = nodes.Pair;
        using var run = new EngineRun(server, nodes: pair.Urls, nodeTimeout: faults.Contains("hang", StringComparison.Ordinal) ? 5 : null);
        await run.Fill("things", 0, 40, 30_000);
        await run.BackUp();
        await run.Fill("things", 40, 40, 30_000);
        FullBackupResult degraded;
        await pair.SetFaults(1, faults, EngineRun.Cancellation);
        try
        {
            degraded = await run.Engine.BackUp(null, EngineRun.Cancellation);
        }
        finally
        {
            await pair.SetFaults(1, "[]", EngineRun.Cancellation);
        }
        degraded.Backup.IsDegraded.ShouldBeTrue(what);
        degraded.Problems.ShouldContain(p => p.Contains("IPFS_NODE_2_URL", StringComparison.Ordinal));
        run.Staged.ShouldNotBeEmpty();
        await run.DropAndRestore(degraded.Backup.Root);

        await ShouldBeCompleted(run, degraded);
    }

    [Fact]
    public async Task A_backup_is_degraded_when_a_node_dies_during_the_import()
    {
        await using var pair = await IpfsNodePair.Start(native: false, EngineRun.Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls, rateLimit: 4);
        await run.Fill("things", 0, 200, 30_000);
        var backingUp = run.Engine.BackUp(null, EngineRun.Cancellation);
        // both nodes together get 4 MB a second: 3 s or so are left when some blocks are there
        for (var waited = 0; BlocksOf(pair, 1) < 20 && waited < 6_000; waited++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, EngineRun.Cancellation);
        await pair.Kill(1, EngineRun.Cancellation);
        var degraded = await backingUp;
        degraded.Backup.IsDegraded.ShouldBeTrue();
        await run.DropAndRestore(degraded.Backup.Root);

        await pair.Restart(1, EngineRun.Cancellation);
        await ShouldBeCompleted(run, degraded);
    }

    [Fact]
    public async Task A_backup_is_degraded_when_a_node_dies_between_its_pin_and_its_verification()
    {
        await using var pair = await IpfsNodePair.Start(native: false, EngineRun.Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 40, 30_000);
        var killed = 0;
        var degraded = await run.Engine.BackUp(s =>
        {
            if (s.Detail?.Contains("node 2: verifying", StringComparison.Ordinal) == true && Interlocked.Exchange(ref killed, 1) == 0)
                pair.Kill(1, EngineRun.Cancellation).GetAwaiter().GetResult();
        }, EngineRun.Cancellation);
        (killed, degraded.Backup.IsDegraded).ShouldBe((1, true));
        await pair.Restart(1, EngineRun.Cancellation);
        await ShouldBeCompleted(run, degraded);
    }

    [Fact]
    public async Task Garbage_collections_at_any_moment_take_nothing_from_a_backup_that_is_being_written()
    {
        var pair = nodes.Pair;
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 200, 30_000);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(EngineRun.Cancellation);
        var collections = 0;
        var collecting = Task.WhenAll(Enumerable.Range(0, 2).Select(Collect));
        var results = new List<FullBackupResult>();
        try
        {
            for (var n = 0; n < 3; n++)
            {
                await run.Fill("things", 200 + (n * 10), 10, 30_000);
                results.Add(await run.BackUp());
            }
        }
        finally
        {
            await over.CancelAsync();
            await collecting;
        }
        collections.ShouldBeGreaterThan(5);
        results.ShouldAllBe(r => !r.Backup.IsDegraded);
        foreach (var result in results)
            (await run.Engine.Verify(result.Backup.Root.ToString(), 1, null, EngineRun.Cancellation)).Copies.ShouldAllBe(c => c.Fault == null);
        await run.DropAndRestore(results[^1].Backup.Root);

        async Task Collect(int node)
        {
            while (!over.IsCancellationRequested)
            {
                await pair.Ask(node, "repo/gc", EngineRun.Cancellation);
                Interlocked.Increment(ref collections);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, EngineRun.Cancellation);
            }
        }
    }

    [Fact]
    public async Task A_byte_that_changed_on_the_disk_of_a_node_is_found_and_healed_from_the_other()
    {
        await using var pair = await IpfsNodePair.Start(native: false, EngineRun.Cancellation);
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 60, 30_000);
        var first = (await run.BackUp()).Backup;
        var block = Directory.EnumerateFiles(Path.Combine(pair.Directory, "node1", "blocks"), "*.data", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        using (var file = File.Open(block, FileMode.Open))
        {
            file.Position = file.Length / 2;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }
        (await Verify(1)).Fault.ShouldNotBeNull().ShouldContain("wrong bytes");
        await run.DropAndRestore(first.Root);

        // the next backup builds on the damaged chunk, notices, and brings it from node 1
        var second = await run.Engine.BackUp(null, EngineRun.Cancellation);
        second.Backup.IsDegraded.ShouldBeFalse();
        second.Warnings.ShouldContain(w => w.Contains("had not kept 1 blocks", StringComparison.Ordinal));
        (await Verify(1)).Fault.ShouldBeNull();

        async Task<CopyVerification> Verify(int node) => (await run.Engine.Verify(first.Root.ToString(), 1, null, EngineRun.Cancellation)).Copies[node];
    }

    [Fact]
    public async Task A_pin_that_somebody_removed_is_made_again()
    {
        var pair = nodes.Pair;
        using var run = new EngineRun(server, nodes: pair.Urls);
        await run.Fill("things", 0, 40, 30_000);
        var backup = (await run.BackUp()).Backup;
        await pair.Ask(1, $"pin/rm?arg={backup.Root}", EngineRun.Cancellation);
        await pair.Ask(1, "repo/gc", EngineRun.Cancellation);
        (await run.Engine.ResumeUploads(null, EngineRun.Cancellation)).Copies.ShouldHaveSingleItem().Copy.Node.ShouldStartWith("IPFS_NODE_2_URL");
        (await run.Engine.Nodes[1].IsPinned(backup.Root, EngineRun.Cancellation)).ShouldBeTrue();
        (await run.Engine.Verify(backup.Root.ToString(), 1, null, EngineRun.Cancellation)).IsWhole.ShouldBeTrue();
    }

    private static int BlocksOf(IpfsNodePair pair, int node) =>
        Directory.EnumerateFiles(Path.Combine(pair.Directory, $"node{node}", "blocks"), "*.data", SearchOption.AllDirectories).Count();

    // by another process: its circuits are closed
    private static async Task ShouldBeCompleted(EngineRun run, FullBackupResult degraded)
    {
        using var engine = run.Open();
        var resumed = await engine.ResumeUploads(null, EngineRun.Cancellation);
        resumed.Problems.ShouldBeEmpty();
        resumed.Copies.Select(c => c.Backup).ShouldContain(degraded.Backup.Id);
        run.Staged.ShouldBeEmpty();
        (await engine.Manifest.Load(EngineRun.Cancellation)).Backups.ShouldAllBe(b => !b.IsDegraded);
        (await engine.Verify(degraded.Backup.Root.ToString(), 1, null, EngineRun.Cancellation)).IsWhole.ShouldBeTrue();
        var guards = new List<Cid>();
        await foreach (var pin in engine.Nodes[1].Pins(EngineRun.Cancellation))
            if (pin.Name.EndsWith("/guard", StringComparison.Ordinal)) guards.Add(pin.Root);
        guards.ShouldBeEmpty();
    }
}

/// <summary>Two nodes that no other class uses: what is broken here must not break the tests that run beside.</summary>
public sealed class NodesOfTheirOwn : IAsyncLifetime
{
    internal IpfsNodePair Pair { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pair = await IpfsNodePair.Start(native: false, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Pair.DisposeAsync();
}
