using BackupFunctions.Backup;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows;

public sealed class FullBackupFailureTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_backup_on_both_nodes_is_recorded_announced_and_leaves_nothing_staged()
    {
        await _rig.Fill("things", 0, 400);
        var result = await _rig.BackUp();
        result.Problems.ShouldBeEmpty();
        result.Backup.Copies.Select(c => (c.Node, c.BlocksHashed == c.Blocks)).ShouldBe([("node 1", true), ("node 2", true)]);
        result.Backup.Documents.ShouldBe(400);
        _rig.StagedFiles.ShouldBeEmpty();
        _rig.Alerts.Events.ShouldBe("backup.completed:Info");
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.ShouldHaveSingleItem().Id.ShouldBe(result.Backup.Id);
    }

    [Theory]
    [InlineData(NodeCalls.Import)]
    [InlineData(NodeCalls.Pin)]
    [InlineData(NodeCalls.Identify)]
    [InlineData(NodeCalls.Get)]
    public async Task A_node_that_fails_on_the_way_leaves_a_degraded_backup_and_what_is_staged(NodeCalls refused)
    {
        await _rig.Fill("things", 0, 300);
        Refuse("UploadToNode", () => _rig.Repository.Second.Refused = refused);
        var result = await _rig.BackUp();
        ShouldBeDegraded(result);

        // and it is a whole backup
        await _rig.Drop();
        (await _rig.Restore(result.Backup.Root)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_says_it_pinned_and_did_not_is_not_counted()
    {
        await _rig.Fill("things", 0, 100);
        Refuse("PinOnNode", () => _rig.Repository.Second.OnlyClaimsToPin = true);
        var result = await _rig.BackUp();
        _rig.Repository.Second.OnlyClaimsToPin = false;
        ShouldBeDegraded(result, "does not list the pin");
    }

    [Fact]
    public async Task A_node_that_gives_other_bytes_at_verification_is_not_counted()
    {
        await _rig.Fill("things", 0, 100);
        Refuse("VerifyNode", () => _rig.Repository.Second.Alters = (_, bytes) => bytes.Length > 10_000 ? [.. bytes[..^1], (byte)~bytes[^1]] : bytes);
        ShouldBeDegraded(await _rig.BackUp(), "wrong bytes");
    }

    [Fact]
    public async Task With_no_node_left_nothing_is_recorded_and_what_is_staged_stays()
    {
        await _rig.Fill("things", 0, 300);
        await _rig.BackUp();
        await _rig.Fill("things", 300, 100);
        Refuse("UploadToNode", () => _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.Import);
        var error = await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp());
        (error.Kind, error.Message.Contains("node 1", StringComparison.Ordinal), error.Message.Contains("node 2", StringComparison.Ordinal)).ShouldBe((ErrorKind.Failed, true, true));
        _rig.StagedFiles.ShouldContain(f => f.EndsWith(".car"));
        _rig.Alerts.Events.ShouldBe("backup.completed:Info,backup.failed:Error");
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_manifest_that_one_node_does_not_take_is_reported_with_the_backup()
    {
        await _rig.Fill("things", 0, 50);
        Refuse("UpdateManifest", () => _rig.Repository.Second.Refused = NodeCalls.Import);
        var result = await _rig.BackUp();
        result.Backup.IsDegraded.ShouldBeFalse();
        result.Problems.ShouldHaveSingleItem().ShouldContain("node 2");
        _rig.Alerts.Events.ShouldBe("backup.degraded:Warning");
    }

    [Fact]
    public async Task When_a_dump_unit_fails_the_others_are_awaited_an_alert_is_sent_and_nothing_is_recorded()
    {
        await _rig.Fill("things", 0, 2_000, 1_000);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = 0;
        _rig.Before = async (name, input, _) =>
        {
            if (name != "DumpAndEncrypt") return;
            Interlocked.Increment(ref started);
            if (((DumpInput)input).Unit == 0)
            {
                failed.SetResult();
                throw new BackupException(ErrorKind.Failed, "read things: the cursor broke");
            }
            await release.Task;
        };
        var run = _rig.BackUp(width: 3);
        await failed.Task;
        for (var i = 0; i < 100; i++) await Task.Yield();
        (run.IsCompleted, _rig.Alerts.All.Count).ShouldBe((false, 0));
        release.SetResult();

        (await Should.ThrowAsync<ActivityFailedException>(() => run)).Message.ShouldContain("the cursor broke");
        started.ShouldBe(3);
        _rig.Alerts.Events.ShouldBe("backup.failed:Error");
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("DumpAndEncrypt")]
    [InlineData("Assemble")]
    [InlineData("UploadToNode")]
    [InlineData("VerifyNode")]
    [InlineData("UpdateManifest")]
    public async Task Cancelling_records_nothing_and_leaves_no_half_written_segment(string at)
    {
        await _rig.Fill("things", 0, 1_000, 1_000);
        using var stop = new CancellationTokenSource();
        _rig.Before = async (name, _, token) =>
        {
            if (name != at) return;
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await Should.ThrowAsync<OperationCanceledException>(() => _rig.BackUp(cancellationToken: stop.Token));
        _rig.StagedFiles.ShouldAllBe(f => !Path.GetFileName(f).StartsWith('.'));
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancelling_in_the_middle_of_a_dump_leaves_no_half_written_segment()
    {
        await _rig.Fill("things", 0, 1_000, 1_000);
        await _rig.BackUp();
        await _rig.Fill("things", 1_000, 1_000, 1_000);
        using var stop = new CancellationTokenSource();
        // the dump reads lists of its base from the nodes, while a segment is already open
        _rig.Before = (name, _, _) =>
        {
            if (name == "DumpAndEncrypt") _rig.Repository.First.Before = async call => { if (call == NodeCalls.Get) await stop.CancelAsync(); };
            return Task.CompletedTask;
        };
        await Should.ThrowAsync<OperationCanceledException>(() => _rig.BackUp(cancellationToken: stop.Token));
        _rig.Repository.First.Before = null;
        _rig.StagedFiles.ShouldAllBe(f => !Path.GetFileName(f).StartsWith('.'));
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.Count().ShouldBe(1);
    }

    [Fact]
    public async Task An_alert_that_cannot_be_sent_does_not_fail_a_recorded_backup()
    {
        await _rig.Fill("things", 0, 50);
        _rig.Alerts.Fails = true;
        var result = await _rig.BackUp();
        result.Warnings.ShouldHaveSingleItem().ShouldContain("the receiver is down");
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.Count().ShouldBe(1);
    }

    [Fact]
    public async Task An_alert_that_cannot_be_sent_does_not_hide_why_a_backup_failed()
    {
        await _rig.Fill("things", 0, 50);
        _rig.Alerts.Fails = true;
        Refuse("Assemble", () => throw new BackupException(ErrorKind.Corrupt, "assemble: torn"));
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp())).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task A_cleanup_that_fails_does_not_fail_a_recorded_backup()
    {
        await _rig.Fill("things", 0, 50);
        Refuse("Cleanup", () => throw new BackupException(ErrorKind.Failed, "delete staged: busy"));
        (await _rig.BackUp()).Warnings.ShouldHaveSingleItem().ShouldContain("busy");
        _rig.Alerts.Events.ShouldBe("backup.completed:Info");
    }

    [Fact]
    public async Task A_version_that_is_not_known_fails_before_anything_is_done()
    {
        var error = await Should.ThrowAsync<ActivityFailedException>(() => FullBackupWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(2, Version: 2)));
        error.Message.ShouldContain("version 2");
        _rig.Repository.Memory.Head.ShouldBeNull();
        var restore = new BackupFunctions.Restore.RestoreRequest(BackupFunctions.Ipfs.Cid.Raw([1]), [], [], false, false);
        (await Should.ThrowAsync<ActivityFailedException>(() => RestoreWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(restore, 2, Version: 9)))).Message.ShouldContain("version 9");
    }

    // does this when the activity is first about to run
    private void Refuse(string activity, Action action)
    {
        var (gate, done) = (new Lock(), false);
        _rig.Before = (name, _, _) =>
        {
            if (name != activity) return Task.CompletedTask;
            // who comes second waits until it is done
            lock (gate)
            {
                if (!done) action();
                done = true;
            }
            return Task.CompletedTask;
        };
    }

    private void ShouldBeDegraded(FullBackupResult result, string? problem = null)
    {
        result.Backup.IsDegraded.ShouldBeTrue();
        result.Backup.Copies.ShouldHaveSingleItem().Node.ShouldBe("node 1");
        result.Problems.ShouldContain(p => p.Contains("node 2", StringComparison.Ordinal) && p.Contains(problem ?? "", StringComparison.Ordinal));
        _rig.StagedFiles.ShouldContain(f => f.EndsWith(".car"));
        _rig.Alerts.Events.ShouldBe("backup.degraded:Warning");
    }
}
