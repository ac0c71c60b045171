using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Durable;
using BackupFunctions.Standalone.Durable.Journal;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Standalone.Scheduling;

/// <summary>A workflow that is started at every moment of a schedule.</summary>
internal sealed record ScheduledWorkflow(string Workflow, Schedule Schedule, JsonElement Input);

/// <summary>
/// Starts workflows when they are due. Which moment was handled last is in the journal, in one transaction with the start: a restart doubles nothing, and what came due while the process was
/// down is made up once. A kind that still runs is skipped.
/// </summary>
internal sealed partial class Scheduler(IReadOnlyList<ScheduledWorkflow> workflows, JournalHost host, JournalStore store, TimeProvider time, ILogger<Scheduler> logger)
{
    // a clock that was set is noticed within this time
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    /// <summary>What is started, the soonest first.</summary>
    public IReadOnlyList<ScheduledRun> Upcoming() =>
        [.. workflows.Select(w => new ScheduledRun(w.Workflow, w.Schedule.After(time.GetUtcNow()))).OrderBy(r => r.Next ?? DateTimeOffset.MaxValue)];

    /// <summary>Runs until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        foreach (var workflow in workflows.Where(w => store.LastHandled(w.Workflow) is null)) store.SetHandled(workflow.Workflow, time.GetUtcNow());
        try
        {
            while (true)
            {
                var sleep = LongestSleep;
                foreach (var workflow in workflows)
                {
                    StartIfDue(workflow);
                    if (workflow.Schedule.After(time.GetUtcNow()) - time.GetUtcNow() is { } until && until < sleep) sleep = until;
                }
                await Task.Delay(sleep > TimeSpan.FromMilliseconds(1) ? sleep : TimeSpan.FromMilliseconds(1), time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // the process ends
        }
    }

    /// <summary>Starts it when a moment of its schedule has come that was not handled yet; of several only the last.</summary>
    internal void StartIfDue(ScheduledWorkflow workflow)
    {
        if (workflow.Schedule.Latest(store.LastHandled(workflow.Workflow) ?? time.GetUtcNow(), time.GetUtcNow()) is not { } due) return;
        try
        {
            if (host.Start(workflow.Workflow, WorkflowKinds.IdOf(workflow.Workflow), workflow.Input, (workflow.Workflow, due)) is { } running) LogSkipped(workflow.Workflow, due, running.CreatedTime);
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            // still due: tried again at the next turn
            LogFailed(workflow.Workflow, due, e);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "{Workflow} was due at {Due} and is skipped: the one started at {Running} still runs")]
    private partial void LogSkipped(string workflow, DateTimeOffset due, DateTimeOffset running);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Workflow} was due at {Due} and could not be started")]
    private partial void LogFailed(string workflow, DateTimeOffset due, Exception error);
}
