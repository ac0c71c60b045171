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

/// <summary>Each event, raised by the workflow or the watch that finds it, as it reaches a webhook and a mailbox; and its end.</summary>
public sealed class AlertEventTests : IClassFixture<MongoServerFixture>, IDisposable
{
    private static readonly LogNotifier s_log = new(Microsoft.Extensions.Logging.Abstractions.NullLogger<LogNotifier>.Instance);

    private readonly BackupRig _rig;
    private readonly AlertBench _bench;
    private readonly MongoServerFixture _server;
    private OplogReach? _reach;

    public AlertEventTests(MongoServerFixture server)
    {
        (_server, _rig) = (server, new(server));
        _bench = new(_rig.Repository.Time);
        _rig.Alerts.Then = _bench.Dispatcher;
    }

    public void Dispose()
    {
        _bench.Dispose();
        _rig.Dispose();
    }

    [Fact]
    public async Task A_failed_run_and_its_recovery()
    {
        await _rig.Fill("things", 0, 20);
        At("UploadToNode", () => _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.Import);
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp());
        Told("backup.failed:firing");
        (_bench.Web.Messages[0].GetProperty("subject").GetString(), _bench.Web.Messages[0].GetProperty("details").GetProperty("hint").GetString()).ShouldSatisfyAllConditions(
            m => m.Item1.ShouldBe("full"), m => m.Item2.ShouldNotBeNull().ShouldContain("`backupfn resume`"));
        Repair();
        await _rig.BackUp();
        Told("backup.failed:firing backup.failed:resolved backup.completed:info");
    }

    [Fact]
    public async Task An_incremental_run_that_fails_is_a_cause_of_its_own()
    {
        await FullBackup();
        At("CaptureOplog", () => throw new BackupException(ErrorKind.Failed, "read the oplog: no member answers"));
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUpIncrement());
        Told("backup.completed:info backup.failed:firing");
        _bench.Web.Messages[1].GetProperty("subject").GetString().ShouldBe("incremental");
    }

    [Fact]
    public async Task A_gap_and_the_new_chain_behind_it()
    {
        await FullBackup();
        await _rig.Fill("things", 100, 5);
        var newest = (await _rig.NewestMark())!;
        _rig.Oplog = source => new AlteredOplog(source, mark => mark.Optime < newest.Optime, newest.Optime);
        await _rig.BackUpIncrement();
        // the second success of a full backup within the period is no news
        Told("backup.completed:info oplog.gap:firing oplog.gap:resolved");
    }

    [Fact]
    public async Task A_pin_that_fails_for_good_and_what_it_becomes_when_it_lasts()
    {
        await _rig.Fill("things", 0, 20);
        At("PinOnNode", () => _rig.Repository.Second.Refused = NodeCalls.Pin);
        (await _rig.BackUp()).Backup.IsDegraded.ShouldBeTrue();
        Told("backup.degraded:firing");
        _bench.Web.Messages[0].GetProperty("message").GetString()!.ShouldContain("1 of 2 nodes");
        await Watch();
        Told("backup.degraded:firing");
        _rig.Repository.Time.Advance(TimeSpan.FromHours(7));
        await Watch();
        Told("backup.degraded:firing pins.failing:firing");
        Repair();
        (await _rig.ResumeUploads()).Copies.Count.ShouldBe(1);
        await Watch();
        _bench.Web.Told.Split(' ').Skip(2).Order().ShouldBe(["backup.degraded:resolved", "pins.failing:resolved"]);
    }

    [Fact]
    public async Task A_manifest_conflict_told_by_the_run_and_by_the_watch()
    {
        await FullBackup();
        var old = _rig.Repository.Memory.Head;
        await _rig.BackUp();
        await _rig.BackUp();
        var newest = _rig.Repository.Memory.Head;
        _rig.Repository.Memory.Head = old;
        await Watch();
        Told("backup.completed:info manifest.conflict:firing");
        (await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp())).Kind.ShouldBe(ErrorKind.Conflict);
        // the same cause, by whoever finds it
        Told("backup.completed:info manifest.conflict:firing");
        _rig.Alerts.Events.ShouldEndWith("manifest.conflict:Error");
        _rig.Repository.Memory.Head = newest;
        await Watch();
        Told("backup.completed:info manifest.conflict:firing manifest.conflict:resolved");
    }

    [Fact]
    public async Task A_finding_of_a_scrub_and_its_healing()
    {
        await FullBackup();
        var (first, second) = (_rig.Repository.First.Inner, _rig.Repository.Second.Inner);
        var block = first.Blocks.MaxBy(b => b.Value.Length);
        first.Blocks.TryRemove(block.Key, out _);
        second.Blocks.TryRemove(block.Key, out _);
        (await _rig.Scrub()).Lost.ShouldBeGreaterThan(0);
        Told("backup.completed:info scrub.finding:firing");
        await Watch();
        Told("backup.completed:info scrub.finding:firing");
        first.Blocks[block.Key] = block.Value;
        await _rig.Scrub();
        await Watch();
        _bench.Web.Told.ShouldEndWith("scrub.finding:resolved");
    }

    [Fact]
    public async Task The_results_of_restore_drills()
    {
        await FullBackup();
        await Drill();
        Told("backup.completed:info drill.completed:info");
        var blocks = _rig.Repository.First.Inner.Blocks.ToDictionary();
        _rig.Repository.First.Inner.Blocks.Clear();
        _rig.Repository.Second.Inner.Blocks.Clear();
        await Drill();
        Told("backup.completed:info drill.completed:info drill.failed:firing");
        foreach (var (cid, bytes) in blocks) _rig.Repository.First.Inner.Blocks[cid] = bytes;
        _rig.Repository.Time.Advance(_bench.Settings.Repeat);
        await Drill();
        Told("backup.completed:info drill.completed:info drill.failed:firing drill.failed:resolved drill.completed:info");

        Task<DrillResult> Drill()
        {
            _rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
            return RestoreDrillWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(null));
        }
    }

    [Fact]
    public async Task A_drill_that_cannot_begin()
    {
        await _rig.Repository.Create();
        await Should.ThrowAsync<ActivityFailedException>(() => RestoreDrillWorkflow.Run(_rig.Context(BackupRig.Cancellation), new(null)));
        Told("drill.failed:firing");
    }

    [Fact]
    public async Task A_restore_that_fails_and_one_that_does_not()
    {
        await _rig.Fill("things", 0, 20);
        var root = (await _rig.BackUp()).Backup.Root;
        // the namespace is there
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.RestoreAndTell(root, drop: false));
        Told("backup.completed:info restore.failed:firing");
        await _rig.RestoreAndTell(root, drop: true);
        _bench.Web.Told.Split(' ').Skip(2).Order().ShouldBe(["restore.completed:info", "restore.failed:resolved"]);
        _bench.Web.Messages.Single(m => m.GetProperty("event").GetString() == "restore.completed").GetProperty("message").GetString().ShouldNotBeNull().ShouldEndWith("to mongodb://db.example: 20 documents restored, compared and equal");
        // who waits for it is told nothing
        await _rig.Restore(root, drop: true);
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.Restore(root));
        _bench.Web.Messages.Count.ShouldBe(4);
    }

    [Fact]
    public async Task An_oplog_that_will_soon_roll_over()
    {
        await FullBackup();
        var covered = LastSuccess.Covered(await _rig.Manifest.Load(BackupRig.Cancellation))!.Value;
        _reach = new(covered.AddHours(-100), covered, null, null);
        await Watch();
        Told("backup.completed:info");
        // it is 21 hours to the next incremental backup
        _reach = new(covered.AddHours(-22), covered, null, null);
        _rig.Repository.Time.Advance(TimeSpan.FromMinutes(2));
        await Watch();
        Told("backup.completed:info oplog.headroom:firing");
        _reach = new(covered.AddHours(-100), covered, null, null);
        _rig.Repository.Time.Advance(TimeSpan.FromMinutes(2));
        await Watch();
        Told("backup.completed:info oplog.headroom:firing oplog.headroom:resolved");
    }

    [Fact]
    public async Task No_success_for_too_long_and_then_one()
    {
        await FullBackup();
        await Watch();
        Told("backup.completed:info");
        _rig.Repository.Time.Advance(TimeSpan.FromDays(8));
        await Watch();
        Told("backup.completed:info backup.overdue:firing backup.overdue:firing");
        await _rig.BackUp();
        await Watch();
        _bench.Web.Told.Split(' ').Skip(3).Order().ShouldBe(["backup.completed:info", "backup.overdue:resolved", "backup.overdue:resolved"]);
    }

    [Fact]
    public async Task What_does_not_answer_and_answers_again()
    {
        await FullBackup();
        _rig.Repository.Second.Refused = NodeCalls.All;
        await Watch();
        Told("backup.completed:info node.unreachable:firing");
        _bench.Web.Messages[1].GetProperty("level").GetString().ShouldBe("WARN");
        _rig.Repository.First.Refused = NodeCalls.All;
        await Watch();
        _bench.Web.Messages.Skip(2).Select(m => (m.GetProperty("subject").GetString(), m.GetProperty("level").GetString())).ShouldBe([("1", "ERROR"), ("2", "ERROR")]);
        Repair();
        await Watch();
        _bench.Web.Told.ShouldEndWith("node.unreachable:resolved node.unreachable:resolved");
    }

    [Fact]
    public async Task Receivers_that_are_down_while_runs_fail_get_all_of_it_when_they_are_back()
    {
        await _rig.Fill("things", 0, 20);
        _bench.Down();
        At("UploadToNode", () => _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.Import);
        await Should.ThrowAsync<ActivityFailedException>(() => _rig.BackUp());
        Repair();
        (await _rig.BackUp()).Warnings.ShouldNotContain(w => w.Contains("alert", StringComparison.Ordinal));
        _bench.Web.Messages.ShouldBeEmpty();
        _bench.Up();
        // by a process that starts now
        _bench.Open();
        await Watch();
        Told("backup.failed:firing backup.failed:resolved backup.completed:info");
    }

    private async Task FullBackup()
    {
        await _rig.Fill("things", 0, 20);
        await _rig.BackUp();
    }

    private void At(string activity, Action action) => _rig.Before = (name, _, _) =>
    {
        if (name == activity) action();
        return Task.CompletedTask;
    };

    private void Repair()
    {
        _rig.Before = null;
        _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.None;
    }

    // each time as a process that has just started
    private Task Watch()
    {
        _rig.Repository.Time.Advance(TimeSpan.FromSeconds(1));
        var settings = new WatchSettings { Full = Schedule.Parse("0 2 * * 0"), Incremental = Schedule.Parse("0 2 * * *") };
        var watch = new BackupWatch(new(_rig.Repository.Catalog, _rig.Manifest, _rig.Repository.Nodes, _ => Task.FromResult(_reach)), settings, text => text, _rig.Repository.Time);
        return watch.Tell(_bench.Dispatcher, s_log, BackupRig.Cancellation);
    }

    private void Told(string events)
    {
        _bench.Web.Told.ShouldBe(events);
        _bench.Mail.Mails.Select(m => m.Subject!.Contains("RESOLVED", StringComparison.Ordinal)).ShouldBe(_bench.Web.Messages.Select(m => m.GetProperty("status").GetString() == "resolved"));
    }
}
