using BackupFunctions.Backup;
using BackupFunctions.Monitoring;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Scheduling;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Notifications;

/// <summary>Each event of backups, scrubs and drills, raised by the workflow or the watch that finds it, as it reaches a webhook and a mailbox; and its end.</summary>
public sealed class AlertEventTests(MongoServerFixture server) : AlertScene(server)
{
    [Fact]
    public async Task A_failed_run_and_its_recovery()
    {
        await Rig.Fill("things", 0, 20);
        At("UploadToNode", () => Rig.Repository.First.Refused = Rig.Repository.Second.Refused = NodeCalls.Import);
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.BackUp());
        Told("backup.failed:firing");
        (Bench.Web.Messages[0].GetProperty("subject").GetString(), Bench.Web.Messages[0].GetProperty("details").GetProperty("hint").GetString()).ShouldSatisfyAllConditions(
            m => m.Item1.ShouldBe("full"), m => m.Item2.ShouldNotBeNull().ShouldContain("`backupfn resume`"));
        Repair();
        await Rig.BackUp();
        Told("backup.failed:firing backup.failed:resolved backup.completed:info");
    }

    [Fact]
    public async Task An_incremental_run_that_fails_is_a_cause_of_its_own()
    {
        await FullBackup();
        At("CaptureOplog", () => throw new BackupException(ErrorKind.Failed, "read the oplog: no member answers"));
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.BackUpIncrement());
        Told("backup.completed:info backup.failed:firing");
        Bench.Web.Messages[1].GetProperty("subject").GetString().ShouldBe("incremental");
    }

    [Fact]
    public async Task A_gap_and_the_new_chain_behind_it()
    {
        await FullBackup();
        await Rig.Fill("things", 100, 5);
        var newest = (await Rig.NewestMark())!;
        Rig.Oplog = source => new AlteredOplog(source, mark => mark.Optime < newest.Optime, newest.Optime);
        await Rig.BackUpIncrement();
        // the second success of a full backup within the period is no news
        Told("backup.completed:info oplog.gap:firing oplog.gap:resolved");
    }

    [Fact]
    public async Task A_pin_that_fails_for_good_and_what_it_becomes_when_it_lasts()
    {
        await Rig.Fill("things", 0, 20);
        At("PinOnNode", () => Rig.Repository.Second.Refused = NodeCalls.Pin);
        (await Rig.BackUp()).Backup.IsDegraded.ShouldBeTrue();
        Told("backup.degraded:firing");
        Bench.Web.Messages[0].GetProperty("message").GetString()!.ShouldContain("1 of 2 nodes");
        await Watch();
        Told("backup.degraded:firing");
        Rig.Repository.Time.Advance(TimeSpan.FromHours(7));
        await Watch();
        Told("backup.degraded:firing pins.failing:firing");
        Repair();
        (await Rig.ResumeUploads()).Copies.Count.ShouldBe(1);
        await Watch();
        Bench.Web.Told.Split(' ').Skip(2).Order().ShouldBe(["backup.degraded:resolved", "pins.failing:resolved"]);
    }

    [Fact]
    public async Task A_manifest_conflict_told_by_the_run_and_by_the_watch()
    {
        await FullBackup();
        var old = Rig.Repository.Memory.Head;
        await Rig.BackUp();
        await Rig.BackUp();
        var newest = Rig.Repository.Memory.Head;
        Rig.Repository.Memory.Head = old;
        await Watch();
        Told("backup.completed:info manifest.conflict:firing");
        (await Should.ThrowAsync<ActivityFailedException>(() => Rig.BackUp())).Kind.ShouldBe(ErrorKind.Conflict);
        // the same cause, by whoever finds it
        Told("backup.completed:info manifest.conflict:firing");
        Rig.Alerts.Events.ShouldEndWith("manifest.conflict:Error");
        Rig.Repository.Memory.Head = newest;
        await Watch();
        Told("backup.completed:info manifest.conflict:firing manifest.conflict:resolved");
    }

    [Fact]
    public async Task A_finding_of_a_scrub_and_its_healing()
    {
        await FullBackup();
        var (first, second) = (Rig.Repository.First.Inner, Rig.Repository.Second.Inner);
        var block = first.Blocks.MaxBy(b => b.Value.Length);
        first.Blocks.TryRemove(block.Key, out _);
        second.Blocks.TryRemove(block.Key, out _);
        (await Rig.Scrub()).Lost.ShouldBeGreaterThan(0);
        Told("backup.completed:info scrub.finding:firing");
        await Watch();
        Told("backup.completed:info scrub.finding:firing");
        first.Blocks[block.Key] = block.Value;
        await Rig.Scrub();
        await Watch();
        Bench.Web.Told.ShouldEndWith("scrub.finding:resolved");
    }

    [Fact]
    public async Task The_results_of_restore_drills()
    {
        await FullBackup();
        await Drill();
        Told("backup.completed:info drill.completed:info");
        var blocks = Rig.Repository.First.Inner.Blocks.ToDictionary();
        Rig.Repository.First.Inner.Blocks.Clear();
        Rig.Repository.Second.Inner.Blocks.Clear();
        await Drill();
        Told("backup.completed:info drill.completed:info drill.failed:firing");
        foreach (var (cid, bytes) in blocks) Rig.Repository.First.Inner.Blocks[cid] = bytes;
        Rig.Repository.Time.Advance(Bench.Settings.Repeat);
        await Drill();
        Told("backup.completed:info drill.completed:info drill.failed:firing drill.failed:resolved drill.completed:info");

        Task<DrillResult> Drill()
        {
            Rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
            return RestoreDrillWorkflow.Run(Rig.Context(BackupRig.Cancellation), new(null));
        }
    }

    [Fact]
    public async Task A_drill_that_cannot_begin()
    {
        await Rig.Repository.Create();
        await Should.ThrowAsync<ActivityFailedException>(() => RestoreDrillWorkflow.Run(Rig.Context(BackupRig.Cancellation), new(null)));
        Told("drill.failed:firing");
    }

    [Fact]
    public async Task A_restore_that_fails_and_one_that_does_not()
    {
        await Rig.Fill("things", 0, 20);
        var root = (await Rig.BackUp()).Backup.Root;
        // the namespace is there
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.RestoreAndTell(root, drop: false));
        Told("backup.completed:info restore.failed:firing");
        await Rig.RestoreAndTell(root, drop: true);
        Bench.Web.Told.Split(' ').Skip(2).Order().ShouldBe(["restore.completed:info", "restore.failed:resolved"]);
        Bench.Web.Messages.Single(m => m.GetProperty("event").GetString() == "restore.completed").GetProperty("message").GetString().ShouldNotBeNull().ShouldEndWith("to mongodb://db.example: 20 documents restored, compared and equal");
        // who waits for it is told nothing
        await Rig.Restore(root, drop: true);
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.Restore(root));
        Bench.Web.Messages.Count.ShouldBe(4);
    }

    [Fact]
    public async Task An_oplog_that_will_soon_roll_over()
    {
        await FullBackup();
        var covered = LastSuccess.Covered(await Rig.Manifest.Load(BackupRig.Cancellation))!.Value;
        Reach = new(covered.AddHours(-100), covered, null, null);
        await Watch();
        Told("backup.completed:info");
        // it is 21 hours to the next incremental backup
        Reach = new(covered.AddHours(-22), covered, null, null);
        Rig.Repository.Time.Advance(TimeSpan.FromMinutes(2));
        await Watch();
        Told("backup.completed:info oplog.headroom:firing");
        Reach = new(covered.AddHours(-100), covered, null, null);
        Rig.Repository.Time.Advance(TimeSpan.FromMinutes(2));
        await Watch();
        Told("backup.completed:info oplog.headroom:firing oplog.headroom:resolved");
    }

    [Fact]
    public async Task No_success_for_too_long_and_then_one()
    {
        await FullBackup();
        await Watch();
        Told("backup.completed:info");
        Rig.Repository.Time.Advance(TimeSpan.FromDays(8));
        await Watch();
        Told("backup.completed:info backup.overdue:firing backup.overdue:firing");
        await Rig.BackUp();
        await Watch();
        Bench.Web.Told.Split(' ').Skip(3).Order().ShouldBe(["backup.completed:info", "backup.overdue:resolved", "backup.overdue:resolved"]);
    }

    [Fact]
    public async Task What_does_not_answer_and_answers_again()
    {
        await FullBackup();
        Rig.Repository.Second.Refused = NodeCalls.All;
        await Watch();
        Told("backup.completed:info node.unreachable:firing");
        Bench.Web.Messages[1].GetProperty("level").GetString().ShouldBe("WARN");
        Rig.Repository.First.Refused = NodeCalls.All;
        await Watch();
        Bench.Web.Messages.Skip(2).Select(m => (m.GetProperty("subject").GetString(), m.GetProperty("level").GetString())).ShouldBe([("1", "ERROR"), ("2", "ERROR")]);
        Repair();
        await Watch();
        Bench.Web.Told.ShouldEndWith("node.unreachable:resolved node.unreachable:resolved");
    }

    [Fact]
    public async Task Receivers_that_are_down_while_runs_fail_get_all_of_it_when_they_are_back()
    {
        await Rig.Fill("things", 0, 20);
        Bench.Down();
        At("UploadToNode", () => Rig.Repository.First.Refused = Rig.Repository.Second.Refused = NodeCalls.Import);
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.BackUp());
        Repair();
        (await Rig.BackUp()).Warnings.ShouldNotContain(w => w.Contains("alert", StringComparison.Ordinal));
        Bench.Web.Messages.ShouldBeEmpty();
        Bench.Up();
        // by a process that starts now
        Bench.Open();
        await Watch();
        Told("backup.failed:firing backup.failed:resolved backup.completed:info");
    }
}
