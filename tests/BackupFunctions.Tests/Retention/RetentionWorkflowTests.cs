using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Retention;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Telemetry;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Retention;

public sealed class RetentionWorkflowTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(48);

    // the clock of the oplog is the server's: rules that count backups are used here
    private readonly BackupRig _rig = new(server) { Retention = new(new(Days: 0, Last: 1), Grace, 7) };

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task What_no_rule_keeps_is_listed_no_more_and_unpinned_behind_the_grace_period_and_the_rest_restores_after_a_garbage_collection()
    {
        var (old, kept) = await TwoBackups();
        using CountedHere removals = new("backupfunctions.retention.removed"), pins = new("backupfunctions.retention.unpinned");
        var marked = await _rig.Retain();
        (marked.Kept, marked.Removed, marked.Unpinned, marked.Waiting, marked.Pending).ShouldBe((1, 1, 0, 1, 0));
        marked.First.ShouldHaveSingleItem().ShouldBe(new(old.Id, BackupType.Full, old.Started, old.NewBytes, "no rule keeps it"));
        (await State()).Backups.Select(b => b.Id).ShouldBe([kept.Id]);

        (await _rig.Retain(Grace - TimeSpan.FromSeconds(1))).Waiting.ShouldBe(1);
        Pinned(old).ShouldBe([true, true]);
        var unpinned = await _rig.Retain(TimeSpan.FromSeconds(1));
        (unpinned.Unpinned, unpinned.Waiting, unpinned.Pending).ShouldBe((1, 0, 0));
        Pinned(old).ShouldBe([false, false]);
        Pinned(kept).ShouldBe([true, true]);
        (await State()).Removed.ShouldBeEmpty();

        foreach (var node in Nodes) (await node.Inner.CollectGarbage()).ShouldBeGreaterThan(0);
        await _rig.Drop();
        (await _rig.Restore(kept.Root)).Differences.ShouldBeEmpty();
        var again = await _rig.Retain();
        (again.Removed, again.Unpinned).ShouldBe((0, 0));
        // a backup, and its pin on each node
        (removals.Sums.Values.Sum(), pins.Sums.Values.Sum()).ShouldBe((1, 2));
    }

    [Fact]
    public async Task A_node_that_is_down_leaves_a_tombstone_which_a_later_run_finishes()
    {
        var (old, _) = await TwoBackups();
        await _rig.Retain();
        _rig.Repository.Second.Refused = NodeCalls.All;
        var half = await _rig.Retain(Grace);
        (half.Unpinned, half.Pending).ShouldBe((0, 1));
        half.Problems.ShouldContain(p => p.Contains("node 2", StringComparison.Ordinal));
        _rig.Alerts.Events.ShouldEndWith("retention.pending:Warning");
        Pinned(old).ShouldBe([false, true]);
        (await State()).Removed.ShouldHaveSingleItem();

        _rig.Repository.Second.Refused = NodeCalls.None;
        (await _rig.Retain()).Unpinned.ShouldBe(1);
        Pinned(old).ShouldBe([false, false]);
    }

    [Fact]
    public async Task While_backups_are_made_nothing_is_unpinned_and_the_next_run_does_it()
    {
        var (old, _) = await TwoBackups();
        await _rig.Retain();
        _rig.Repository.Time.Advance(Grace);
        await _rig.Locks.Take("a backup", LockMode.Shared, "a full backup", BackupRig.Cancellation);
        var busy = await _rig.Retain();
        (busy.Unpinned, busy.Pending, busy.Problems.Count).ShouldBe((0, 1, 0));
        busy.Warnings.ShouldHaveSingleItem().ShouldContain("a full backup holds it");
        Pinned(old).ShouldBe([true, true]);

        await _rig.Locks.Release("a backup", BackupRig.Cancellation);
        (await _rig.Retain()).Unpinned.ShouldBe(1);
    }

    [Fact]
    public async Task A_root_that_a_listed_backup_has_too_stays_pinned_and_only_the_tombstone_goes()
    {
        await _rig.Fill("things", 0, 50);
        var backup = (await _rig.BackUp()).Backup;
        var twin = backup with { Id = BackupId.At(backup.Started.AddDays(-1), new Guid(9, 9, 9, new byte[8])), Started = backup.Started.AddDays(-1), Oplog = null, ConsistentAt = null };
        await _rig.Manifest.Append([new BackupRecorded(twin)], null, BackupRig.Cancellation);
        (await _rig.Retain()).First.ShouldHaveSingleItem().Id.ShouldBe(twin.Id);
        (await _rig.Retain(Grace)).Unpinned.ShouldBe(1);
        (await State()).Removed.ShouldBeEmpty();
        Pinned(backup).ShouldBe([true, true]);
    }

    [Fact]
    public async Task A_root_that_a_run_builds_on_stays_until_that_run_has_ended()
    {
        var (old, kept) = await TwoBackups();
        await _rig.Edit.Remove(old.Id.ToString(), force: false, BackupRig.Cancellation);
        var run = BackupId.At(_rig.Repository.Time.GetUtcNow(), new Guid(1, 1, 1, new byte[8]));
        await _rig.Staged.Save(run, PlanActivity.RecordName, new BackupPlan(run, kept.Started, new("8.0", "8.0", "rs0"), null, null, old.Root, [], []), BackupRig.Cancellation);
        var waiting = await _rig.Retain(Grace);
        (waiting.Unpinned, waiting.Pending).ShouldBe((0, 1));
        Pinned(old).ShouldBe([true, true]);

        await _rig.Staging.Delete(run.ToString(), BackupRig.Cancellation);
        (await _rig.Retain()).Unpinned.ShouldBe(1);
    }

    [Fact]
    public async Task With_a_catalogue_that_was_rolled_back_nothing_is_removed_and_nothing_unpinned()
    {
        var (old, kept) = await TwoBackups();
        await _rig.Retain();
        var head = _rig.Repository.Memory.Head;
        await _rig.Manifest.Append([], null, BackupRig.Cancellation);
        await _rig.Manifest.Append([], null, BackupRig.Cancellation);
        _rig.Repository.Memory.Head = head;
        _rig.Repository.Time.Advance(Grace);
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.Retain())).Message.ShouldContain("only knows");
        _rig.Alerts.Events.ShouldEndWith("manifest.conflict:Error");
        Pinned(old).ShouldBe([true, true]);
        Pinned(kept).ShouldBe([true, true]);
    }

    [Fact]
    public async Task It_follows_each_backup_where_that_is_wanted()
    {
        _rig.CleansUp = true;
        var (old, kept) = await TwoBackups();
        (await State()).Backups.Select(b => b.Id).ShouldBe([kept.Id]);
        _rig.Repository.Time.Advance(Grace);
        await _rig.Fill("things", 900, 10);
        (await _rig.BackUpIncrement()).Slices.Count.ShouldBe(1);
        Pinned(old).ShouldBe([false, false]);
        _rig.Alerts.Events.ShouldContain("retention.completed:Info");
    }

    [Fact]
    public async Task When_it_fails_behind_a_backup_the_backup_is_a_success_that_warns()
    {
        _rig.CleansUp = true;
        _rig.Before = (name, _, _) => name == "MarkRemoved" ? throw new BackupException(ErrorKind.Failed, "the disk is on fire") : Task.CompletedTask;
        await _rig.Fill("things", 0, 50);
        var result = await _rig.BackUp();
        result.Warnings.ShouldContain(w => w.Contains("the disk is on fire", StringComparison.Ordinal));
        _rig.Alerts.Events.ShouldBe("backup.completed:Info,retention.failed:Warning");
        (await State()).Backups.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Killed_at_any_step_it_is_finished_by_the_next_run()
    {
        var (old, kept) = await TwoBackups();
        await _rig.Retain();
        _rig.Repository.Time.Advance(Grace);
        var steps = 0;
        for (var dies = 1; steps < dies - 1 || dies == 1; dies++)
        {
            var at = dies;
            steps = 0;
            _rig.Before = (_, _, _) => ++steps == at ? throw new BackupException(ErrorKind.Failed, "killed") : Task.CompletedTask;
            try
            {
                await _rig.Retain();
            }
            catch (ActivityFailedException)
            {
                // and with it its lock, which counts for a while
            }
            _rig.Repository.Time.Advance(RepositoryLock.Lease);
            Pinned(kept).ShouldBe([true, true]);
            if (dies > 60) throw new InvalidOperationException("it never ends");
            if (steps < at) break;
        }
        _rig.Before = null;
        await _rig.Retain();
        (await State()).Removed.ShouldBeEmpty();
        Pinned(old).ShouldBe([false, false]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Guards_that_a_lost_run_left_go_and_stay_while_something_is_on_its_way(bool holdsApart)
    {
        foreach (var node in Nodes) node.HoldsApart = holdsApart;
        await _rig.Fill("things", 0, 200);
        await _rig.BackUp();
        await _rig.Fill("things", 200, 200);
        _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.None;
        _rig.Before = (name, _, _) =>
        {
            if (name == "PinOnNode") throw new BackupException(ErrorKind.Failed, "killed");
            return Task.CompletedTask;
        };
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp());
        _rig.Before = null;
        Guards().ShouldAllBe(count => count > 0);

        (await _rig.Retain()).GuardsReleased.ShouldBe(0);
        Guards().ShouldAllBe(count => count > 0);
        var run = (await new StagedBackups(_rig.Staging, _rig.Staged).List(BackupRig.Cancellation)).Whole.ShouldHaveSingleItem();
        await _rig.Staging.Delete(run.Entry.Id.ToString(), BackupRig.Cancellation);
        (await _rig.Retain()).GuardsReleased.ShouldBeGreaterThan(0);
        Guards().ShouldBe([0, 0]);
    }

    [Fact]
    public async Task Guards_without_a_name_are_known_by_what_they_hold_and_other_pins_are_left_alone()
    {
        await _rig.Fill("things", 0, 200);
        await _rig.BackUp();
        await _rig.Fill("things", 200, 200);
        _rig.Before = (name, _, _) => name == "PinOnNode" ? throw new BackupException(ErrorKind.Failed, "killed") : Task.CompletedTask;
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp());
        _rig.Before = null;
        var work = await new StagedBackups(_rig.Staging, _rig.Staged).List(BackupRig.Cancellation);
        await _rig.Staging.Delete(work.Whole.Single().Entry.Id.ToString(), BackupRig.Cancellation);
        var node = _rig.Repository.First.Inner;
        foreach (var guard in node.PinNames.Where(p => p.Value.EndsWith("/guard", StringComparison.Ordinal)).Select(p => p.Key).ToList()) node.PinNames[guard] = "";
        // as a guard, but over what no key of ours opens; and a file of somebody else
        var foreign = new List<Block> { new(Cid.Raw([1, 2, 3]), new byte[] { 1, 2, 3 }) };
        var builder = new BackupFunctions.Ipfs.Replication.GuardBuilder(foreign.Add);
        builder.Add(foreign[0].Cid);
        var stranger = builder.Finish();
        foreach (var block in foreign) node.Blocks[block.Cid] = block.Data.ToArray();
        (node.PinNames[stranger], node.PinNames[foreign[0].Cid]) = ("", "");

        (await _rig.Retain()).GuardsReleased.ShouldBeGreaterThan(0);
        new[] { stranger, foreign[0].Cid }.ShouldBeSubsetOf(node.PinNames.Where(p => p.Value.Length == 0).Select(p => p.Key));
    }

    [Fact]
    public async Task What_is_staged_of_a_removed_backup_is_not_stored_again()
    {
        var (old, _) = await TwoBackups();
        await _rig.Staged.Save(old.Id, StagedBackup.RecordName, new StagedBackup(old, [], []), BackupRig.Cancellation);
        await _rig.Edit.Remove(old.Id.ToString(), force: false, BackupRig.Cancellation);
        (await _rig.ResumeUploads()).Delivered.ShouldBeEmpty();
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_local_vault_keeps_the_last_days_and_loses_what_is_removed_at_once()
    {
        using var directory = new Ipfs.TemporaryDirectory();
        var vault = VaultNode.Open("LOCAL_VAULT_PATH", directory.File("vault"), new DiskFiles(), new Encryption.SeededRandomSource(5));
        _rig.LocalVault = vault;
        _rig.Retention = new(new(Days: 0, Last: 9), Grace, LocalDays: 7);
        var (old, middle) = await TwoBackups();
        // without an oplog the days count from the start of a backup
        await _rig.Manifest.Append([.. new[] { old, middle }.Select(b => new BackupRecorded(b with { Oplog = null, ConsistentAt = null }))], null, BackupRig.Cancellation);
        _rig.Repository.Time.Advance(TimeSpan.FromDays(8));
        await _rig.Fill("things", 900, 10);
        var newest = (await _rig.BackUp()).Backup;

        var result = await _rig.Retain();
        (result.Removed, result.LocalUnpinned).ShouldBe((0, 1));
        (await Roots(vault)).ShouldBe([middle.Root, newest.Root], ignoreOrder: true);
        Pinned(old).ShouldBe([true, true]);
        result.CollectedBytes.ShouldBeGreaterThan(0);

        await _rig.Edit.Remove(middle.Id.ToString(), force: false, BackupRig.Cancellation);
        await _rig.Retain();
        (await Roots(vault)).ShouldBe([newest.Root]);
        Pinned(middle).ShouldBe([true, true]);
        _rig.Sources = [vault];
        await _rig.Drop();
        (await _rig.Restore(newest.Root)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Before_the_first_backup_there_is_nothing_to_do_and_nothing_is_left()
    {
        var result = await _rig.Retain();
        (result.Kept, result.Removed, result.Problems.Count).ShouldBe((0, 0, 0));
        _rig.Repository.Memory.Head.ShouldBeNull();
        _rig.Repository.Memory.Locks.Version.ShouldBe(0);
    }

    [Fact]
    public async Task A_protected_backup_stays_until_it_is_unprotected()
    {
        var (old, _) = await TwoBackups();
        (await _rig.Edit.Protect(old.Id.ToString(), true, BackupRig.Cancellation)).Backup.IsProtected.ShouldBeTrue();
        (await _rig.Retain()).Removed.ShouldBe(0);
        (await Should.ThrowAsync<BackupException>(() => _rig.Edit.Remove(old.Id.ToString(), false, BackupRig.Cancellation))).Message.ShouldContain("is protected");
        await _rig.Edit.Protect(old.Id.ToString(), false, BackupRig.Cancellation);
        (await _rig.Retain()).Removed.ShouldBe(1);
    }

    private IReadOnlyList<FaultyNode> Nodes => [_rig.Repository.First, _rig.Repository.Second];

    private async Task<(BackupEntry Old, BackupEntry Kept)> TwoBackups()
    {
        await _rig.Fill("things", 0, 300);
        var old = (await _rig.BackUp()).Backup;
        await _rig.Fill("things", 300, 100);
        await _rig.Collection("things").DeleteOneAsync(MongoDB.Driver.Builders<MongoDB.Bson.BsonDocument>.Filter.Eq("_id", 7), BackupRig.Cancellation);
        return (old, (await _rig.BackUp()).Backup);
    }

    private Task<ManifestState> State() => _rig.Manifest.Load(BackupRig.Cancellation);

    private IEnumerable<bool> Pinned(BackupEntry backup) => Nodes.Select(n => n.Inner.PinNames.ContainsKey(backup.Root));

    private IEnumerable<int> Guards() => Nodes.Select(n => n.Inner.PinNames.Count(p => p.Value.EndsWith("/guard", StringComparison.Ordinal)));

    private static async Task<IReadOnlyList<Cid>> Roots(VaultNode vault) =>
        [.. (await vault.Pins(BackupRig.Cancellation).ToListAsync(BackupRig.Cancellation)).Where(p => p.Name.EndsWith("/backup", StringComparison.Ordinal)).Select(p => p.Root)];
}
