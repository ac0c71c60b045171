using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Workflows;

/// <summary>A host may lose an activity's answer and run it again: the effect must be the same.</summary>
public sealed class RepeatedActivityTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Every_step_of_a_backup_may_run_twice()
    {
        await _rig.Fill("things", 0, 600, 1_000);
        var activities = _rig.Activities();
        var backup = BackupId.At(_rig.Repository.Time.GetUtcNow(), new Guid(1, 2, 3, new byte[8]));
        var token = BackupRig.Cancellation;
        var plan = await activities.Find(BackupActivities.Plan).Run(new(backup, _rig.Repository.Time.GetUtcNow()), token);
        plan.Units.ShouldBeGreaterThan(1);
        for (var unit = 0; unit < plan.Units; unit++)
            (await Twice(BackupActivities.DumpAndEncrypt, new DumpInput(backup, unit))).ShouldBeTrue();

        (await Twice(BackupActivities.CaptureOplog, new CaptureInput(backup, 0, plan.OplogStart!, new()))).ShouldBeTrue();
        var assemble = activities.Find(BackupActivities.Assemble);
        var assembled = await assemble.Run(new(backup, 1, null, []), token);
        (await assemble.Run(new(backup, 1, null, []), token)).Root.ShouldBe(assembled.Root);
        // a unit that was still running elsewhere ends after the root was assembled
        (await Twice(BackupActivities.DumpAndEncrypt, new DumpInput(backup, 0))).ShouldBeTrue();

        for (var node = 0; node < 2; node++)
        {
            var input = new NodeInput(backup, assembled.Root, node);
            var upload = activities.Find(BackupActivities.UploadToNode);
            var sent = await upload.Run(new(backup, assembled.Root, node, 0), token);
            (sent.Next == sent.Segments, sent.Blocks > 0).ShouldBe((true, true));
            // the guards say that everything is there
            (await upload.Run(new(backup, assembled.Root, node, 0), token)).ShouldBe(sent with { Blocks = 0, Bytes = 0 });
            (await Twice(BackupActivities.PinOnNode, input)).ShouldBeTrue();
            (await Twice(BackupActivities.VerifyNode, new VerifyInput(backup, assembled.Root, node, assembled.StoredBytes, 3))).ShouldBeTrue();
        }
        _rig.Repository.First.Inner.Blocks.Keys.ToHashSet().SetEquals(_rig.Repository.Second.Inner.Blocks.Keys).ShouldBeTrue();
        await activities.Find(BackupActivities.Cleanup).Run(new(backup), token);
        await activities.Find(BackupActivities.Cleanup).Run(new(backup), token);
        _rig.StagedFiles.ShouldBeEmpty();
        await _rig.Drop();
        (await _rig.Restore(assembled.Root)).Differences.ShouldBeEmpty();

        async Task<bool> Twice<TInput, TResult>(BackupFunctions.Workflows.ActivityName<TInput, TResult> name, TInput input)
        {
            var first = await activities.Find(name).Run(input, token);
            return first!.Equals(await activities.Find(name).Run(input, token));
        }
    }

    [Fact]
    public async Task A_backup_that_another_run_delivered_meanwhile_is_assembled_as_it_is_recorded()
    {
        await _rig.Fill("things", 0, 100, 1_000);
        var delivered = (await _rig.BackUp()).Backup;
        _rig.StagedFiles.ShouldBeEmpty();
        var assemble = _rig.Activities().Find(BackupActivities.Assemble);
        var again = await assemble.Run(new(delivered.Id, 1, null, []), BackupRig.Cancellation);
        (again.Id, again.Root, again.Completed, again.Copies.Count).ShouldBe((delivered.Id, delivered.Root, delivered.Completed, 0));
        _rig.StagedFiles.ShouldBeEmpty();
        // one that nobody delivered is missing
        var unknown = BackupId.At(_rig.Repository.Time.GetUtcNow(), new Guid(1, 2, 3, new byte[8]));
        (await Should.ThrowAsync<BackupException>(() => assemble.Run(new(unknown, 1, null, []), BackupRig.Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task A_unit_that_is_sealed_is_not_dumped_again()
    {
        await _rig.Fill("things", 0, 100, 1_000);
        var activities = _rig.Activities();
        var backup = BackupId.At(_rig.Repository.Time.GetUtcNow(), new Guid(1, 2, 3, new byte[8]));
        await activities.Find(BackupActivities.Plan).Run(new(backup, _rig.Repository.Time.GetUtcNow()), BackupRig.Cancellation);
        var dump = activities.Find(BackupActivities.DumpAndEncrypt);
        var first = await dump.Run(new(backup, 0), BackupRig.Cancellation);
        var staged = _rig.StagedFiles.Order().ToList();
        // what is read now would be something else
        await _rig.Drop();
        (await dump.Run(new(backup, 0), BackupRig.Cancellation)).ShouldBe(first);
        _rig.StagedFiles.Order().ShouldBe(staged);
    }

    [Fact]
    public async Task A_unit_of_a_restore_that_runs_twice_finds_its_documents_there()
    {
        await _rig.Fill("things", 0, 300, 1_000);
        var backup = (await _rig.BackUp()).Backup;
        await _rig.Drop();
        await _rig.Restore(backup.Root);
        using var session = _rig.RestoreSession();
        var again = await _rig.Loader(session).Run(await _rig.Begin(backup.Root), BackupRig.Cancellation);
        again.Documents.ShouldBe(300);
    }

    [Fact]
    public async Task A_unit_of_a_restore_that_finds_other_bytes_under_an_id_fails()
    {
        await _rig.Fill("things", 0, 50, 1_000);
        var backup = (await _rig.BackUp()).Backup;
        await _rig.Drop();
        await _rig.Fill("things", 0, 1, 1_000, version: 5);
        using var session = _rig.RestoreSession();
        var step = await _rig.Begin(backup.Root);
        var error = await Should.ThrowAsync<BackupException>(() => _rig.Loader(session).Run(step, BackupRig.Cancellation));
        error.Message.ShouldContain("11000");
    }
}
