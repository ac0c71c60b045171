using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Repositories;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows;

/// <summary>Backups on their way to nodes that collect garbage, lose blocks, or are not there.</summary>
public sealed class DeliveryTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_garbage_collection_at_any_moment_takes_nothing_from_a_backup()
    {
        await _rig.Fill("things", 0, 600);
        await _rig.BackUp();
        await _rig.Fill("things", 600, 200);
        // right before each operation of both nodes, but not between an import and what protects it: that is the next test
        _rig.Before = (name, _, _) =>
        {
            if (name == "UploadToNode") Collecting(NodeCalls.Import | NodeCalls.IsPinned | NodeCalls.Get | NodeCalls.Has | NodeCalls.Unpin);
            return Task.CompletedTask;
        };
        var result = await _rig.BackUp();
        (result.Problems.Count, result.Backup.IsDegraded).ShouldBe((0, false));
        await _rig.Repository.First.Inner.CollectGarbage();
        await _rig.Repository.Second.Inner.CollectGarbage();
        await _rig.Drop();
        (await _rig.Restore(result.Backup.Root)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Blocks_that_are_collected_between_their_import_and_their_guard_are_sent_again()
    {
        await _rig.Fill("things", 0, 400);
        var collections = 0;
        _rig.Before = (name, input, _) =>
        {
            // of each segment twice everything is lost, the third time it stays
            if (input is UploadInput { Node: 1 })
                _rig.Repository.Second.Before = async call => { if (call == NodeCalls.Pin && collections++ % 3 < 2) await _rig.Repository.Second.Inner.CollectGarbage(); };
            if (name == "PinOnNode" && input is NodeInput { Node: 1 }) _rig.Repository.Second.Before = null;
            return Task.CompletedTask;
        };
        var result = await _rig.BackUp();
        (result.Problems.Count, result.Backup.IsDegraded).ShouldBe((0, false));
        (collections >= 6, collections % 3).ShouldBe((true, 0));
    }

    [Fact]
    public async Task What_is_pinned_when_a_backup_is_stored_is_the_backup_and_the_manifest_and_no_guard()
    {
        await _rig.Fill("things", 0, 600);
        await _rig.BackUp();
        foreach (var node in new[] { _rig.Repository.First, _rig.Repository.Second })
            node.Inner.PinNames.Values.Select(n => n.Split('/')[^1]).Order().ShouldBe(["backup", "manifest", "manifest"]);
    }

    [Fact]
    public async Task A_segment_whose_guard_a_node_holds_is_not_sent_again()
    {
        await _rig.Fill("things", 0, 600);
        var imports = 0;
        _rig.Before = (_, input, _) =>
        {
            if (input is UploadInput { Node: 1 })
                _rig.Repository.Second.Before = call => call == NodeCalls.Import && ++imports > 2 ? throw new BackupException(ErrorKind.Failed, "import: the node died") : Task.CompletedTask;
            if (input is RecordInput) _rig.Repository.Second.Before = null;
            return Task.CompletedTask;
        };
        var degraded = (await _rig.BackUp()).Backup;
        degraded.IsDegraded.ShouldBeTrue();
        var segments = (await _rig.Staged.Load<StagedBackup>(degraded.Id, StagedBackup.RecordName, BackupRig.Cancellation)).Segments.Count;
        segments.ShouldBeGreaterThan(3);

        imports = 0;
        _rig.Before = (_, input, _) =>
        {
            if (input is UploadInput) _rig.Repository.Second.Before = call => { if (call == NodeCalls.Import) imports++; return Task.CompletedTask; };
            if (input is RecordInput) _rig.Repository.Second.Before = null;
            return Task.CompletedTask;
        };
        var resumed = await _rig.ResumeUploads();
        (resumed.Copies.Count, resumed.Problems.Count, imports).ShouldBe((1, 0, segments - 2));
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_block_that_a_node_lost_or_changed_after_the_upload_is_brought_from_the_other()
    {
        await _rig.Fill("things", 0, 400);
        var otherHasAll = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _rig.Before = async (name, input, _) =>
        {
            if (name != "VerifyNode") return;
            if (input is VerifyInput { Node: 0 })
            {
                otherHasAll.SetResult();
                return;
            }
            await otherHasAll.Task;
            var held = _rig.Repository.Second.Inner.Blocks;
            var leaves = held.Where(b => b.Key.Codec == Cid.RawCodec).OrderByDescending(b => b.Value.Length).Select(b => b.Key).Take(2).ToList();
            held.TryRemove(leaves[0], out var _);
            held[leaves[1]] = [.. held[leaves[1]][..^1], (byte)~held[leaves[1]][^1]];
        };
        var result = await _rig.BackUp();
        (result.Backup.IsDegraded, result.Problems.Count).ShouldBe((false, 0));
        result.Warnings.ShouldContain(w => w.Contains("node 2 had not kept 2 blocks", StringComparison.Ordinal));
        (await _rig.Open(result.Backup.Root, _rig.Repository.Second)).Dispose();
    }

    [Fact]
    public async Task A_directory_that_a_node_lost_is_brought_from_the_other_with_all_below_it()
    {
        await _rig.Fill("things", 0, 400);
        var result = await _rig.BackUp();
        var held = _rig.Repository.Second.Inner.Blocks;
        foreach (var lost in held.Keys.Where(c => c.Codec == Cid.DagPbCodec)) held.TryRemove(lost, out _);
        foreach (var lost in held.OrderBy(b => b.Value.Length).Take(3).Select(b => b.Key)) held.TryRemove(lost, out _);
        var verify = _rig.Activities().Find(BackupActivities.VerifyNode);
        var verified = await verify.Run(new(result.Backup.Id, result.Backup.Root, 1, result.Backup.StoredBytes, 1), BackupRig.Cancellation);
        verified.Healed.ShouldBeGreaterThan(3);
        (verified.Copy.BlocksHashed, verified.Copy.Blocks).ShouldBe((result.Backup.Copies[0].Blocks, result.Backup.Copies[0].Blocks));
    }

    [Fact]
    public async Task The_second_copy_of_a_degraded_backup_comes_from_the_other_node_when_nothing_is_staged_any_more()
    {
        await _rig.Fill("things", 0, 400);
        var degraded = await Degraded();
        foreach (var file in _rig.StagedFiles) File.Delete(file);
        _rig.Before = (name, _, _) => name is "Plan" or "DumpAndEncrypt" or "CaptureOplog" or "UploadToNode" ? throw new InvalidOperationException(name) : Task.CompletedTask;
        var resumed = await _rig.ResumeUploads();
        resumed.Problems.ShouldBeEmpty();
        resumed.Copies.ShouldHaveSingleItem().Copy.Node.ShouldBe("node 2");
        var entry = (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.Single();
        (entry.Id, entry.IsDegraded).ShouldBe((degraded.Backup.Id, false));
        entry.Copies.Select(c => (c.Node, c.Blocks == c.BlocksHashed)).ShouldBe([("node 1", true), ("node 2", true)]);
        _rig.Repository.Second.Inner.PinNames.Values.ShouldNotContain(n => n.EndsWith("/guard", StringComparison.Ordinal));
        // and nothing more is to be done
        (await _rig.ResumeUploads()).Copies.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pin_that_a_node_lost_afterwards_is_noticed_and_made_again()
    {
        await _rig.Fill("things", 0, 300);
        var backup = (await _rig.BackUp()).Backup;
        await _rig.Repository.Second.Inner.Unpin(backup.Root, BackupRig.Cancellation);
        await _rig.Repository.Second.Inner.CollectGarbage();
        (await _rig.ResumeUploads()).Copies.ShouldHaveSingleItem().Copy.Node.ShouldBe("node 2");
        _rig.Repository.Second.Inner.PinNames.ShouldContainKey(backup.Root);
        (await _rig.Open(backup.Root, _rig.Repository.Second)).Dispose();
        (await _rig.ResumeUploads()).Copies.ShouldBeEmpty();
    }

    [Fact]
    public async Task Revisions_of_the_manifest_that_a_node_missed_are_brought_to_it()
    {
        await _rig.Fill("things", 0, 300);
        var backup = (await _rig.BackUp()).Backup;
        var second = _rig.Repository.Second.Inner;
        var missed = (await _rig.Manifest.Load(BackupRig.Cancellation)).Revisions[0];
        await second.Unpin(missed, BackupRig.Cancellation);
        await second.CollectGarbage();
        (await second.Has(missed, BackupRig.Cancellation)).ShouldBeFalse();
        (await _rig.ResumeUploads()).Warnings.ShouldHaveSingleItem().ShouldContain("lacked 1 revisions of the manifest");
        second.PinNames.ShouldContainKey(missed);
        second.PinNames.ShouldContainKey(backup.Root);
        // and nothing more is to be done
        (await _rig.ResumeUploads()).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_copy_sends_only_what_the_node_lacks()
    {
        await _rig.Fill("things", 0, 600);
        await _rig.BackUp();
        await _rig.Fill("things", 600, 20);
        var degraded = await Degraded();
        foreach (var file in _rig.StagedFiles) File.Delete(file);
        var before = _rig.Repository.Second.Inner.Blocks.Count;
        var copied = await _rig.Activities().Find(BackupActivities.CopyToNode).Run(new(degraded.Backup.Id, degraded.Backup.Root, 1), BackupRig.Cancellation);
        copied.Done.ShouldBeTrue();
        var gained = _rig.Repository.Second.Inner.Blocks.Count - before;
        ((int)copied.Blocks, gained < before / 2).ShouldBe((gained, true));
        (await _rig.Activities().Find(BackupActivities.CopyToNode).Run(new(degraded.Backup.Id, degraded.Backup.Root, 1), BackupRig.Cancellation)).Blocks.ShouldBeLessThan(3);
    }

    [Fact]
    public async Task With_both_nodes_down_a_full_backup_waits_in_staging_and_the_next_run_stores_it_and_dumps_nothing()
    {
        await _rig.Fill("things", 0, 300);
        await _rig.BackUp();
        await _rig.Fill("things", 300, 100);
        Outage(NodeCalls.Import);
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp())).Hint!.ShouldContain("waits in staging");
        // nothing is dumped as long as it cannot be stored
        _rig.Before = (name, _, _) => name is "Plan" or "DumpAndEncrypt" ? throw new InvalidOperationException(name) : Task.CompletedTask;
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp())).Message.ShouldContain("connection refused");
        Outage(NodeCalls.None);
        var stored = await _rig.BackUp();
        stored.Warnings.ShouldContain(w => w.Contains("waited in staging", StringComparison.Ordinal));
        (stored.Backup.Documents, stored.Backup.IsDegraded).ShouldBe((400, false));
        _rig.StagedFiles.ShouldBeEmpty();
        (await _rig.Manifest.Load(BackupRig.Cancellation)).Backups.Count().ShouldBe(2);
    }

    [Fact]
    public async Task With_both_nodes_down_slices_go_on_in_staging_and_are_recorded_in_order_when_a_node_is_back()
    {
        await _rig.Fill("things", 0, 100);
        var full = (await _rig.BackUp()).Backup;
        Outage(NodeCalls.All);
        for (var n = 1; n <= 3; n++)
        {
            await _rig.Fill("things", 100 * n, 10);
            await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUpIncrement());
        }
        Outage(NodeCalls.None);
        // what was staged is not read from the oplog again
        _rig.Before = (name, input, _) => name == "CaptureOplog" && ((CaptureInput)input).After.Optime <= full.Oplog!.Through.Optime
            ? throw new InvalidOperationException("captured again") : Task.CompletedTask;
        await _rig.Fill("things", 400, 10);
        var result = await _rig.BackUpIncrement();
        result.Slices.Count.ShouldBe(4);
        var state = await _rig.Manifest.Load(BackupRig.Cancellation);
        var window = BackupFunctions.Manifest.OplogTimeline.Of(state).Windows.ShouldHaveSingleItem();
        (window.Slices.Count, window.To).ShouldBe((4, result.Covered!.Optime));
        _rig.StagedFiles.ShouldBeEmpty();
        var entries = new List<int>();
        foreach (var slice in window.Slices) entries.Add((await _rig.Entries(slice.Root)).Count);
        entries.ShouldAllBe(n => n >= 1);
    }

    [Fact]
    public async Task The_local_vault_gets_a_copy_and_its_failure_is_only_a_warning()
    {
        var vault = new FaultyNode(new("vault"));
        await _rig.Fill("things", 0, 200);
        await _rig.BackUp();
        // it lacks what this backup shares with the one before: that comes from the nodes
        _rig.LocalVault = vault;
        await _rig.Fill("things", 200, 10);
        var result = await _rig.BackUp();
        (result.Warnings.Count, result.Backup.Copies.Count).ShouldBe((0, 2));
        (await _rig.Open(result.Backup.Root, vault)).Dispose();
        vault.Inner.PinNames.ShouldContainKey(result.Backup.Root);

        vault.Refused = NodeCalls.All;
        await _rig.Fill("things", 210, 10);
        var without = await _rig.BackUp();
        (without.Problems.Count, without.Backup.IsDegraded).ShouldBe((0, false));
        without.Warnings.ShouldHaveSingleItem().ShouldContain("vault");
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_another_run_is_just_delivering_is_left_to_it()
    {
        await _rig.Fill("things", 0, 200);
        ResumeUploadsResult? meanwhile = null;
        _rig.Before = async (name, input, _) =>
        {
            if (name != "UploadToNode" || input is not UploadInput { Node: 0 } || meanwhile is not null) return;
            meanwhile = await ResumeUploadsWorkflow.Run(_rig.Context(BackupRig.Cancellation), new());
        };
        (await _rig.BackUp()).Backup.IsDegraded.ShouldBeFalse();
        meanwhile.ShouldNotBeNull();
        (meanwhile.Delivered.Count, meanwhile.Copies.Count, meanwhile.Problems.Count).ShouldBe((0, 0, 0));
        _rig.Repository.Memory.Locks.Holders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_backup_that_runs_for_hours_keeps_its_lock()
    {
        await _rig.Fill("things", 0, 200);
        _rig.Before = async (name, _, _) =>
        {
            if (name != "Assemble") return;
            for (var minute = 0; minute < 20; minute++)
            {
                var before = _rig.Repository.Memory.Locks.Version;
                _rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
                for (var wait = 0; _rig.Repository.Memory.Locks.Version == before && wait < 10_000; wait++) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            }
            (await Should.ThrowAsync<BackupException>(() => _rig.Locks.Take("cleanup", BackupFunctions.Repositories.Locking.LockMode.Exclusive, "cleanup", BackupRig.Cancellation))).Kind.ShouldBe(ErrorKind.Locked);
        };
        (await _rig.BackUp()).Backup.IsDegraded.ShouldBeFalse();
    }

    [Fact]
    public async Task Parts_of_a_run_that_was_killed_long_ago_are_deleted_and_younger_ones_are_not()
    {
        await _rig.Fill("things", 0, 200);
        await _rig.BackUp();
        var staged = BackupId.At(_rig.Repository.Time.GetUtcNow(), new Guid(1, 2, 3, new byte[8]));
        await _rig.Staged.Save(staged, "unit-00000.record", "x", BackupRig.Cancellation);
        await _rig.ResumeUploads();
        _rig.StagedFiles.ShouldNotBeEmpty();
        _rig.Repository.Time.Advance(TimeSpan.FromDays(8));
        await _rig.ResumeUploads();
        _rig.StagedFiles.ShouldBeEmpty();
    }

    private async Task<FullBackupResult> Degraded()
    {
        _rig.Before = (name, _, _) =>
        {
            if (name == "UploadToNode") _rig.Repository.Second.Refused = NodeCalls.All;
            return Task.CompletedTask;
        };
        var result = await _rig.BackUp();
        _rig.Before = null;
        _rig.Repository.Second.Refused = NodeCalls.None;
        result.Backup.IsDegraded.ShouldBeTrue();
        return result;
    }

    private void Outage(NodeCalls refused) => _rig.Repository.First.Refused = _rig.Repository.Second.Refused = refused;

    private void Collecting(NodeCalls at)
    {
        foreach (var node in new[] { _rig.Repository.First, _rig.Repository.Second })
            node.Before = async call => { if (at.HasFlag(call)) await node.Inner.CollectGarbage(); };
    }
}
