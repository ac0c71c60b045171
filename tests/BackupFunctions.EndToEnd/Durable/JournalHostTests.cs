using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Standalone.Durable.Journal;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>The embedded durable engine by itself.</summary>
public sealed class JournalHostTests : IDisposable
{
    private readonly JournalRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_run_is_completed_and_a_failure_crosses_whole()
    {
        using var database = JournalDatabase.Open(_rig.File);
        await using var host = _rig.Host(new(database));
        Start(host).ShouldBeNull();
        var ended = await JournalRig.End(host);
        ended.Status.ShouldBe(InstanceStatus.Completed);
        ended.Output!.Value.GetProperty("sum").GetInt32().ShouldBe(14);
        ended.Output.Value.GetProperty("failure").GetString().ShouldBe("Square NotFound square -4: it is negative give a positive one");
        ended.History!.Select(e => e.EventType).Where(t => t.StartsWith("Task", StringComparison.Ordinal)).ShouldBe(["TaskCompleted", "TaskCompleted", "TaskCompleted", "TaskFailed"]);
    }

    [Fact]
    public async Task From_every_prefix_of_its_history_a_run_ends_the_same()
    {
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        await using (var host = _rig.Host(store))
        {
            Start(host).ShouldBeNull();
            await JournalRig.End(host);
        }
        var history = store.History(JournalRig.Id);
        var whole = store.Find(JournalRig.Id)!;
        var answers = history.Where(e => e.Key is not null).ToList();
        answers.Count.ShouldBe(5);
        for (var known = 0; known <= answers.Count; known++)
        {
            store.Purge(JournalRig.Id).ShouldBe(true);
            store.TryCreate(whole with { Status = InstanceStatus.Running, Output = null }).ShouldBeNull();
            foreach (var entry in answers.Take(known)) store.Append(JournalRig.Id, entry);
            _rig.Ran.Clear();
            await using var host = _rig.Host(store);
            host.ResumeAll();
            var ended = await JournalRig.End(host);
            var output = ended.Output!.Value;
            foreach (var same in new[] { "sum", "failure", "id", "last", "begun" })
                output.GetProperty(same).ToString().ShouldBe(JsonElement.Parse(whole.Output!).GetProperty(same).ToString(), $"{same} with {known} answers");
            // only what the journal does not have is run
            _rig.Ran.Count.ShouldBe(4 - answers.Take(known).Count(e => e.Name is not null));
        }
    }

    [Fact]
    public async Task One_that_runs_is_not_started_again()
    {
        var open = new TaskCompletionSource();
        _rig.Before = (_, token) => open.Task.WaitAsync(token);
        using var database = JournalDatabase.Open(_rig.File);
        await using var host = _rig.Host(new(database));
        Start(host).ShouldBeNull();
        Start(host).ShouldNotBeNull().InstanceId.ShouldBe(JournalRig.Id);
        open.SetResult();
        (await JournalRig.End(host)).Status.ShouldBe(InstanceStatus.Completed);
        Start(host).ShouldBeNull();
        await JournalRig.End(host);
    }

    [Fact]
    public async Task A_host_that_stops_leaves_the_run_and_the_next_one_ends_it()
    {
        var begun = new TaskCompletionSource();
        _rig.Before = async (input, token) =>
        {
            if (input != 3) return;
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        await using (var first = _rig.Host(store))
        {
            Start(first);
            await begun.Task;
        }
        store.Find(JournalRig.Id)!.Status.ShouldBe(InstanceStatus.Running);
        _rig.Before = (_, _) => Task.CompletedTask;
        await using var second = _rig.Host(store);
        second.ResumeAll();
        (await JournalRig.End(second)).Status.ShouldBe(InstanceStatus.Completed);
        _rig.Ran.Order().ShouldBe([-4, 1, 2, 3]);
    }

    [Fact]
    public async Task What_is_suspended_starts_no_activity_until_it_is_resumed()
    {
        var open = new TaskCompletionSource();
        _rig.Before = (input, token) => input < 3 ? open.Task.WaitAsync(token) : Task.CompletedTask;
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        await using var host = _rig.Host(store);
        Start(host);
        (await host.Suspend(JournalRig.Id, null, CancellationToken.None)).ShouldBe(ControlResult.Accepted);
        open.SetResult();
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System))
            while (store.History(JournalRig.Id).All(e => e.Type != EntryTypes.TimerFired) && _rig.Ran.Count < 2) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        _rig.Ran.ShouldNotContain(3);
        store.Find(JournalRig.Id)!.Status.ShouldBe(InstanceStatus.Suspended);
        (await host.Resume(JournalRig.Id, null, CancellationToken.None)).ShouldBe(ControlResult.Accepted);
        (await JournalRig.End(host)).Status.ShouldBe(InstanceStatus.Completed);
        _rig.Ran.ShouldContain(3);
    }

    [Fact]
    public void A_journal_belongs_to_one_process()
    {
        using var database = JournalDatabase.Open(_rig.File);
        Should.Throw<BackupException>(() => JournalDatabase.Open(_rig.File)).Kind.ShouldBe(ErrorKind.Locked);
    }

    private static WorkflowInstance? Start(Standalone.Durable.JournalHost host) => host.Start("Adding", JournalRig.Id, JsonElement.Parse("{}"), schedule: null);
}
