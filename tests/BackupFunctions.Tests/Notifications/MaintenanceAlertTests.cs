using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Verification;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Notifications;

/// <summary>Each event of what keeps backups in order, raised by the workflow or the watch that finds it, as it reaches a webhook and a mailbox; and its end.</summary>
public sealed class MaintenanceAlertTests(MongoServerFixture server) : AlertScene(server)
{
    [Fact]
    public async Task Retention_that_fails_and_then_does_its_work()
    {
        await FullBackup();
        Fail("MarkRemoved");
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.Retain(TimeSpan.FromMinutes(1)));
        Told("backup.completed:info retention.failed:firing");
        Repair();
        await Rig.Retain(TimeSpan.FromMinutes(1));
        Told("backup.completed:info retention.failed:firing retention.failed:resolved");
    }

    [Fact]
    public async Task Retention_that_a_node_keeps_from_its_end()
    {
        Rig.Retention = new(new(Days: 0, Last: 1), TimeSpan.FromHours(48), 7);
        await FullBackup();
        await Rig.Fill("things", 100, 5);
        await Rig.BackUp();
        await Rig.Retain();
        Rig.Repository.Second.Refused = NodeCalls.All;
        (await Rig.Retain(TimeSpan.FromHours(48))).Pending.ShouldBe(1);
        Told("backup.completed:info retention.pending:firing");
        Bench.Web.Messages[1].GetProperty("message").GetString()!.ShouldContain("node 2");
        Repair();
        (await Rig.Retain(TimeSpan.FromMinutes(1))).Unpinned.ShouldBe(1);
        Told("backup.completed:info retention.pending:firing retention.pending:resolved");
    }

    [Fact]
    public async Task A_verification_that_finds_a_fault_ends_with_one_of_the_same_backup_alone()
    {
        await Rig.Fill("things", 0, 20);
        var damaged = (await Rig.BackUp()).Backup.Root;
        await Rig.Fill("others", 1_000, 20);
        var whole = (await Rig.BackUp()).Backup.Root;
        var node = Rig.Repository.Second.Inner;
        node.PinNames.TryRemove(damaged, out var name);
        (await Verify(damaged)).IsWhole.ShouldBeFalse();
        Told("backup.completed:info verification.failed:firing");
        Bench.Web.Messages[1].GetProperty("subject").GetString().ShouldBe(damaged.ToString());
        (await Verify(whole)).IsWhole.ShouldBeTrue();
        Told("backup.completed:info verification.failed:firing");
        node.PinNames[damaged] = name!;
        (await Verify(damaged)).IsWhole.ShouldBeTrue();
        Told("backup.completed:info verification.failed:firing verification.failed:resolved");
    }

    [Fact]
    public async Task A_verification_that_cannot_be_run()
    {
        await FullBackup();
        Fail("PlanVerification");
        await Should.ThrowAsync<ActivityFailedException>(() => Verify("latest"));
        Told("backup.completed:info verification.failed:firing");
        Repair();
        await Verify("latest");
        Told("backup.completed:info verification.failed:firing verification.failed:resolved");
    }

    [Fact]
    public async Task A_scrub_that_cannot_be_run_and_one_that_can()
    {
        await FullBackup();
        Fail("PlanScrub");
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.Scrub());
        Told("backup.completed:info scrub.failed:firing");
        Repair();
        await Rig.Scrub();
        Told("backup.completed:info scrub.failed:firing scrub.failed:resolved");
    }

    [Fact]
    public async Task A_copy_that_could_not_be_read_to_its_end_and_is_the_next_time()
    {
        await FullBackup();
        Rig.Repository.Second.Refused = NodeCalls.All;
        (await Rig.Scrub()).IsComplete.ShouldBeFalse();
        Told("backup.completed:info scrub.finding:firing");
        Bench.Web.Messages[1].GetProperty("level").GetString().ShouldBe("WARN");
        Repair();
        (await Rig.Scrub()).IsComplete.ShouldBeTrue();
        // the revision that was written meanwhile is healed
        Told("backup.completed:info scrub.finding:firing scrub.finding:resolved scrub.finding:info");
    }

    [Fact]
    public async Task What_a_scrub_healed_is_told_once_and_does_not_go_on()
    {
        await FullBackup();
        var node = Rig.Repository.First.Inner;
        node.Blocks.TryRemove(node.Blocks.MaxBy(b => b.Value.Length).Key, out _);
        await Rig.Scrub();
        await Rig.Scrub();
        Told("backup.completed:info scrub.finding:info");
    }

    [Fact]
    public async Task A_rotation_of_keys_that_fails_and_goes_on()
    {
        await FullBackup();
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        Fail("PlanReencryption");
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys());
        Told("backup.completed:info keys.rotation.failed:firing");
        Repair();
        await Rig.RotateKeys();
        Bench.Web.Told.Split(' ').Skip(2).Order().ShouldBe(["keys.rotated:info", "keys.rotation.failed:resolved"]);
    }

    [Fact]
    public async Task Uploads_that_wait_and_are_finished()
    {
        await Rig.Fill("things", 0, 20);
        Rig.Repository.Second.Refused = NodeCalls.Pin;
        await Rig.BackUp();
        (await Rig.ResumeUploads()).Problems.ShouldNotBeEmpty();
        Told("backup.degraded:firing uploads.waiting:firing");
        Repair();
        (await Rig.ResumeUploads()).Problems.ShouldBeEmpty();
        Told("backup.degraded:firing uploads.waiting:firing uploads.waiting:resolved");
    }

    [Fact]
    public async Task A_catalogue_that_does_not_answer_and_answers_again()
    {
        await FullBackup();
        Rig.Repository.Memory.IsUnreachable = true;
        await Watch();
        await Watch();
        Told("backup.completed:info catalogue.unreachable:firing");
        Rig.Repository.Memory.IsUnreachable = false;
        await Watch();
        Told("backup.completed:info catalogue.unreachable:firing catalogue.unreachable:resolved");
    }

    [Fact]
    public async Task A_source_that_does_not_answer_and_answers_again()
    {
        await FullBackup();
        Unreachable = new TimeoutException("no member answers");
        await Watch();
        await Watch();
        Told("backup.completed:info source.unreachable:firing");
        Unreachable = null;
        await Watch();
        Told("backup.completed:info source.unreachable:firing source.unreachable:resolved");
    }

    private Task<VerificationResult> Verify(Cid root) => Verify(root.ToString());

    private Task<VerificationResult> Verify(string backup)
    {
        Rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return VerificationWorkflow.Run(Rig.Context(BackupRig.Cancellation), new(backup, 1));
    }
}
