using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.EndToEnd.Serving;
using BackupFunctions.Notifications;
using BackupFunctions.Standalone.Durable.Journal;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Scheduling;
using BackupFunctions.Standalone.Serving;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.EndToEnd.Durable;

/// <summary>Schedules are kept over restarts: nothing is lost, nothing doubled.</summary>
public sealed class SchedulerTests : IDisposable
{
    private static readonly ScheduledWorkflow Nightly = new(FullBackupWorkflow.Name, Schedule.Parse("0 2 * * *"), JsonElement.Parse("{}"));
    private readonly JournalRig _rig = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfn-schedule-");
    private readonly FakeTimeProvider _time = new(new(2026, 11, 22, 1, 0, 0, TimeSpan.Zero));

    public void Dispose()
    {
        _rig.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_moment_is_handled_once_also_after_a_restart()
    {
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        store.SetHandled(Nightly.Workflow, _time.GetUtcNow());
        await Turn(store);
        Started(store).ShouldBeNull();
        _time.Advance(TimeSpan.FromHours(1));
        await Turn(store);
        var first = Started(store).ShouldNotBeNull();
        await Turn(store);
        Started(store)!.Execution.ShouldBe(first.Execution);
    }

    [Fact]
    public async Task What_came_due_while_the_process_was_down_is_made_up_once()
    {
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        store.SetHandled(Nightly.Workflow, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromDays(3));
        await Turn(store);
        var made = Started(store).ShouldNotBeNull();
        store.LastHandled(Nightly.Workflow).ShouldBe(new DateTimeOffset(2026, 11, 24, 2, 0, 0, TimeSpan.Zero));
        await Turn(store);
        Started(store)!.Execution.ShouldBe(made.Execution);
    }

    [Fact]
    public async Task Scrubs_start_on_Saturdays_and_restore_drills_on_the_first_of_the_month()
    {
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        foreach (var workflow in ByDefault()) store.SetHandled(workflow.Workflow, _time.GetUtcNow());
        foreach (var (moment, scrubbed, drilled) in new[] { ("2026-11-28T03:59:59Z", false, false), ("2026-11-28T04:00:00Z", true, false), ("2026-12-01T04:59:59Z", true, false), ("2026-12-01T05:00:00Z", true, true) })
        {
            _time.SetUtcNow(DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture));
            await using (var host = _rig.Host(store, _time))
            {
                var scheduler = new Scheduler(ByDefault(), host, store, _time, NullLogger<Scheduler>.Instance);
                foreach (var workflow in ByDefault()) scheduler.StartIfDue(workflow);
            }
            (store.Find(WorkflowKinds.Scrub) is not null, store.Find(WorkflowKinds.RestoreDrill) is not null).ShouldBe((scrubbed, drilled), moment);
        }
        (store.Find(WorkflowKinds.Scrub)!.Name, store.Find(WorkflowKinds.Scrub)!.Input).ShouldBe((ScrubWorkflow.Name, """{"slices":4,"version":1}"""));
        (store.Find(WorkflowKinds.RestoreDrill)!.Name, store.Find(WorkflowKinds.RestoreDrill)!.Input).ShouldBe((RestoreDrillWorkflow.Name, """{"at":null,"version":1}"""));
        store.Find(WorkflowKinds.RotateKeys).ShouldBeNull();
    }

    [Theory]
    [InlineData("0 2 * * *", true)]
    [InlineData("0 0 2 * * *", true)]
    [InlineData("*/15 * * * *", true)]
    [InlineData("0 2 * *", false)]
    [InlineData("0 25 * * *", false)]
    [InlineData("", false)]
    public void Five_or_six_fields_are_a_schedule(string text, bool valid) => Schedule.IsValid(text).ShouldBe(valid);

    [Fact]
    public async Task A_schedule_by_seconds_starts_by_itself()
    {
        using var database = JournalDatabase.Open(_rig.File);
        var store = new JournalStore(database);
        await using var host = _rig.Host(store);
        using var stop = new CancellationTokenSource();
        var scheduler = new Scheduler([Nightly with { Schedule = Schedule.Parse("* * * * * *") }], host, store, TimeProvider.System, NullLogger<Scheduler>.Instance);
        var running = scheduler.Run(stop.Token);
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System))
            while (Started(store) is null) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Over_restarts_at_any_time_each_night_is_handled_once()
    {
        var (nights, executions, random) = (20, new HashSet<string>(), new Random(5));
        var begun = _time.GetUtcNow();
        using (var database = JournalDatabase.Open(_rig.File)) new JournalStore(database).SetHandled(Nightly.Workflow, begun);
        while (_time.GetUtcNow() < begun.AddDays(nights))
        {
            _time.Advance(TimeSpan.FromMinutes(random.Next(1, 8 * 60)));
            using var database = JournalDatabase.Open(_rig.File);
            var store = new JournalStore(database);
            for (var turn = 0; turn < random.Next(1, 4); turn++) await Turn(store);
            if (Started(store) is not { } row) continue;
            executions.Add(row.Execution);
            if (row.Status != InstanceStatus.Completed) store.End(row.Id, InstanceStatus.Completed, "{}", new(EntryTypes.Ended, _time.GetUtcNow(), row.Name, null, null));
        }
        // two o'clock of the first night was one hour later
        executions.Count.ShouldBe((int)Math.Floor((_time.GetUtcNow() - begun.AddHours(1)).TotalDays) + 1);
    }

    [Fact]
    public async Task A_process_with_a_schedule_by_seconds_that_is_killed_and_started_again_goes_on_and_doubles_nothing()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        var settings = StandaloneSettings.Of(_directory.FullName, mongo.ConnectionString, key: null);
        settings[SettingNames.FullSchedule] = "*/2 * * * * *";
        List<DateTimeOffset> before;
        using (var first = await ServeProcess.Start(_directory.FullName, settings))
        {
            before = await Backups(first, 2);
            first.Kill();
        }
        using var second = await ServeProcess.Start(_directory.FullName, settings);
        var after = await Backups(second, before.Count + 2);
        after.Take(before.Count).ShouldBe(before);
        // of the two seconds behind each moment of the schedule, none has two
        after.Select(b => b.ToUnixTimeSeconds() / 2).ShouldBeUnique();
    }

    private static async Task<List<DateTimeOffset>> Backups(ServeProcess process, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (true)
        {
            using var response = await process.Http.GetAsync(new Uri("/api/backups", UriKind.Relative), patience.Token);
            if (response.IsSuccessStatusCode)
            {
                var backups = (await response.Json()).GetProperty("backups").EnumerateArray().Select(b => b.GetProperty("started").GetDateTimeOffset()).Order().ToList();
                if (backups.Count >= count) return backups;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    // what Standalone starts by itself when nothing is said about it
    private List<ScheduledWorkflow> ByDefault()
    {
        var values = StandaloneSettings.Of(_directory.FullName, RunningServer.Nowhere, key: null);
        foreach (var schedule in values.Keys.Where(k => k.EndsWith("_SCHEDULE", StringComparison.Ordinal)).ToList()) values.Remove(schedule);
        var settings = new SettingsSource(values, new Dictionary<string, string>(), _directory.FullName, new DiskFiles());
        using var engine = new BackupEngine(BackupOptions.Load(settings, OptionsScope.Backup),
            new(_time, new SystemRandomSource(), settings.Files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
        var workflows = StandaloneServer.Schedules(HostOptions.Load(settings, Schedule.IsValid), engine);
        workflows.Select(w => w.Workflow).ShouldBe([FullBackupWorkflow.Name, IncrementalBackupWorkflow.Name, ResumeUploadsWorkflow.Name, RetentionWorkflow.Name, ScrubWorkflow.Name, RestoreDrillWorkflow.Name]);
        return workflows;
    }

    // a process of its own: the host ends before the next turn
    private async Task Turn(JournalStore store)
    {
        await using var host = _rig.Host(store, _time);
        new Scheduler([Nightly], host, store, _time, NullLogger<Scheduler>.Instance).StartIfDue(Nightly);
    }

    private static InstanceRow? Started(JournalStore store) => store.Find(WorkflowKinds.FullBackup);
}
