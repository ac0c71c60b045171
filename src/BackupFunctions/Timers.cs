using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Functions;

/// <summary>The schedules, all in UTC. A workflow of which one is running is not started again.</summary>
public sealed partial class Timers(WorkerEngine worker, ILogger<Timers> logger)
{
    [Function(nameof(FullBackupTimer))]
    public Task FullBackupTimer([TimerTrigger("%FULL_BACKUP_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        Start(FullBackupWorkflow.Name, () => WorkflowInputs.Full(worker.Engine), timer, client);

    [Function(nameof(IncrementalBackupTimer))]
    public Task IncrementalBackupTimer([TimerTrigger("%INCREMENTAL_BACKUP_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        Start(IncrementalBackupWorkflow.Name, () => WorkflowInputs.Incremental(worker.Engine), timer, client);

    [Function(nameof(RetentionTimer))]
    public Task RetentionTimer([TimerTrigger("%RETENTION_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        Start(RetentionWorkflow.Name, () => WorkflowInputs.Retention(), timer, client);

    [Function(nameof(ResumeTimer))]
    public Task ResumeTimer([TimerTrigger("%RESUME_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        Start(ResumeUploadsWorkflow.Name, () => WorkflowInputs.Resume(), timer, client);

    [Function(nameof(ScrubTimer))]
    public Task ScrubTimer([TimerTrigger("%SCRUB_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        Start(ScrubWorkflow.Name, () => WorkflowInputs.Scrub(worker.Engine), timer, client);

    [Function(nameof(DrillTimer))]
    public Task DrillTimer([TimerTrigger("%DRILL_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        Start(RestoreDrillWorkflow.Name, () => WorkflowInputs.Drill(), timer, client);

    /// <summary>Looks whether backups succeed, and sends alerts that wait; nothing of it needs a workflow.</summary>
    [Function(nameof(WatchTimer))]
    public Task WatchTimer([TimerTrigger("%WATCH_SCHEDULE%")] TimerInfo timer, CancellationToken cancellationToken) => worker.Engine.WatchOver(cancellationToken);

    private async Task Start(string workflow, Func<JsonElement> input, TimerInfo timer, DurableTaskClient client)
    {
        if (timer.IsPastDue) LogPastDue(workflow);
        if (await new DurableStarter(client).Start(workflow, WorkflowKinds.IdOf(workflow), input(), CancellationToken.None) is null) LogStarted(workflow);
        else LogSkipped(workflow);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "the schedule of {Workflow} is past due: its time passed while no host was running")]
    private partial void LogPastDue(string workflow);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Workflow} is started by its schedule")]
    private partial void LogStarted(string workflow);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "{Workflow} is not started by its schedule: one is running")]
    private partial void LogSkipped(string workflow);
}
