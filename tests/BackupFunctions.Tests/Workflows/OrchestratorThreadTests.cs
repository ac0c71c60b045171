using BackupFunctions.Backup;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows;

/// <summary>A durable host runs a workflow on one thread and takes nothing from another: no workflow may leave it.</summary>
public sealed class OrchestratorThreadTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_full_backup_stays_on_the_thread_of_its_orchestrator()
    {
        await _rig.Fill("things", 0, 400);
        (await FullBackup()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_incremental_backup_stays_on_the_thread_of_its_orchestrator()
    {
        await _rig.Fill("things", 0, 50);
        await _rig.BackUp();
        await _rig.Fill("things", 50, 50);
        (await Run(context => IncrementalBackupWorkflow.Run(context, new(2, IncrementalBackupInput.DefaultMaxBytes, TimeSpan.Zero)))).Slices.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Late_copies_and_failures_stay_on_the_thread_of_their_orchestrator()
    {
        await _rig.Fill("things", 0, 100);
        _rig.Repository.Second.Before = call => call == NodeCalls.Import ? throw new BackupException(ErrorKind.Failed, "import: the node died") : Task.CompletedTask;
        (await FullBackup()).Backup.Copies.Count.ShouldBe(1);
        _rig.Repository.First.Before = _rig.Repository.Second.Before;
        await _rig.Fill("things", 100, 100);
        await Should.ThrowAsync<ActivityFailedException>(FullBackup);
        (_rig.Repository.First.Before, _rig.Repository.Second.Before) = (null, null);
        (await Run(context => ResumeUploadsWorkflow.Run(context, new()))).Copies.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_restore_stays_on_the_thread_of_its_orchestrator()
    {
        await _rig.Fill("things", 0, 400);
        var root = (await _rig.BackUp()).Backup.Root;
        await _rig.Drop();
        using var session = _rig.RestoreSession();
        var activities = _rig.RestoreActivities(session);
        var context = new InProcessContext("restore", activities, _rig.Repository.Time, new SeededRandomSource(5), null, BackupRig.Cancellation);
        (await Run(thread => RestoreWorkflow.Run(thread, new(new(root, [], [], false, false), 2)), context)).Documents.ShouldBe(400);
    }

    [Theory]
    [InlineData("CancelAsync")]
    [InlineData("Task.Run")]
    [InlineData("ConfigureAwait")]
    public async Task What_leaves_the_thread_is_noticed(string how)
    {
        var (_, violations) = await OrchestratorThread.Run(_rig.Context(BackupRig.Cancellation), Leave, BackupRig.Cancellation);
        violations.ShouldNotBeEmpty();

        async Task<bool> Leave(IWorkflowContext context)
        {
            using var over = new CancellationTokenSource();
            for (var elapsed = 1; elapsed < OrchestratorContext.ElapsingTimers; elapsed++) await context.Wait(TimeSpan.FromSeconds(1), over.Token);
            await context.Wait(TimeSpan.FromSeconds(1), over.Token).ConfigureAwait(how != "ConfigureAwait");
            var waiting = context.Wait(TimeSpan.FromHours(1), over.Token);
            if (how == "CancelAsync") await over.CancelAsync();
            if (how == "Task.Run") await Task.Run(() => context.SetStatus(new("elsewhere", 0, 0, 0)));
            over.Cancel();
            await Task.WhenAny(waiting);
            return waiting.IsCanceled;
        }
    }

    private Task<FullBackupResult> FullBackup()
    {
        _rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
        return Run(context => FullBackupWorkflow.Run(context, new(2)));
    }

    private async Task<T> Run<T>(Func<IWorkflowContext, Task<T>> workflow, IWorkflowContext? activities = null)
    {
        var (result, violations) = await OrchestratorThread.Run(activities ?? _rig.Context(BackupRig.Cancellation), workflow, BackupRig.Cancellation);
        violations.ShouldBeEmpty();
        return result;
    }
}
