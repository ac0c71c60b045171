using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Api;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Standalone.Durable.Journal;
using BackupFunctions.Telemetry.Tracing;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Standalone.Durable;

/// <summary>The embedded durable engine: instances in a journal, each run in this process until it has ended. After a crash all of them go on where they were.</summary>
internal sealed partial class JournalHost(JournalStore store, IWorkflowCatalogue catalogue, TimeProvider time, IRandomSource random, Func<string, string> redact, ILogger<JournalHost> logger)
    : IWorkflowStarter, IWorkflowInstances, IAsyncDisposable
{
    // a journal that cannot be written (a full disk) is tried again
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (WorkflowRun Run, Task Task)> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    /// <summary>Goes on with every instance that has not ended.</summary>
    public void ResumeAll()
    {
        foreach (var row in store.Unfinished())
        {
            LogResumed(row.Name, row.Id);
            Begin(row);
        }
    }

    /// <inheritdoc/>
    public Task<WorkflowInstance?> Start(string workflow, string instanceId, JsonElement input, CancellationToken cancellationToken) =>
        Task.FromResult(Start(workflow, instanceId, input, schedule: null));

    /// <summary>Starts it because it is due: records with it that this moment of the schedule was handled, also when the instance runs already and is given.</summary>
    public WorkflowInstance? Start(string workflow, string instanceId, JsonElement input, (string Name, DateTimeOffset Due)? schedule)
    {
        Span<byte> execution = stackalloc byte[16];
        random.Fill(execution);
        var now = Now();
        var row = new InstanceRow(instanceId, workflow, Convert.ToHexStringLower(execution), InstanceStatus.Pending, input.GetRawText(), null, null, now, now, null, null);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (store.TryCreate(row, schedule) is { } running) return JournalStore.Shown(running);
            Begin(row);
        }
        LogStarted(workflow, instanceId);
        return null;
    }

    /// <inheritdoc/>
    public Task<WorkflowInstance?> Find(string instanceId, HistoryDetail history, CancellationToken cancellationToken)
    {
        if (store.Find(instanceId) is not { } row) return Task.FromResult<WorkflowInstance?>(null);
        var instance = JournalStore.Shown(row);
        return Task.FromResult<WorkflowInstance?>(history == HistoryDetail.None ? instance : instance with { History = [.. store.History(instanceId).Select(e => Shown(e, history))] });
    }

    /// <inheritdoc/>
    public Task<InstancePage> Query(InstanceQuery query, CancellationToken cancellationToken) => Task.FromResult(store.List(query));

    /// <inheritdoc/>
    public Task<ControlResult> Terminate(string instanceId, string? reason, CancellationToken cancellationToken) =>
        Task.FromResult(Stop(instanceId, InstanceStatus.Terminated, reason, EntryTypes.Terminated, null));

    /// <inheritdoc/>
    public Task<ControlResult> Suspend(string instanceId, string? reason, CancellationToken cancellationToken) => Task.FromResult(Hold(instanceId, true, reason));

    /// <inheritdoc/>
    public Task<ControlResult> Resume(string instanceId, string? reason, CancellationToken cancellationToken) => Task.FromResult(Hold(instanceId, false, reason));

    /// <inheritdoc/>
    public Task<ControlResult> Raise(string instanceId, string eventName, JsonElement payload, CancellationToken cancellationToken)
    {
        if (eventName == WorkflowKinds.CancelEvent) return Task.FromResult(Stop(instanceId, InstanceStatus.Canceled, payload.ValueKind == JsonValueKind.String ? payload.GetString() : null, EntryTypes.EventRaised, eventName));
        return Task.FromResult(Change(instanceId, row => store.SetStatus(instanceId, row.Status, new(EntryTypes.EventRaised, Now(), eventName, null, payload.GetRawText()), Now()), _ => { }));
    }

    /// <inheritdoc/>
    public Task<bool?> Purge(string instanceId, CancellationToken cancellationToken) => Task.FromResult(store.Purge(instanceId));

    /// <summary>Leaves every run in the journal as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] runs;
        lock (_gate)
        {
            _stopping.Cancel();
            runs = [.. _runs.Values.Select(r => r.Task)];
        }
        await Task.WhenAll(runs);
        _stopping.Dispose();
    }

    private static HistoryEvent Shown(JournalEntry entry, HistoryDetail detail) => new(
        entry.Type, entry.Time, entry.Name,
        detail == HistoryDetail.Results && entry is { Type: EntryTypes.Completed, Value: { } result } ? JsonElement.Parse(result) : null,
        entry.Type is EntryTypes.Failed or EntryTypes.Ended or EntryTypes.Terminated or EntryTypes.Suspended or EntryTypes.Resumed ? Reason(entry.Value) : null);

    private static string? Reason(string? value)
    {
        if (value is null) return null;
        var json = JsonElement.Parse(value);
        return json.ValueKind == JsonValueKind.Object ? json.GetProperty("message").GetString() : json.GetString();
    }

    private ControlResult Stop(string id, InstanceStatus end, string? reason, string entryType, string? name) => Change(
        id, row => store.SetStopping(id, end, reason, new(entryType, Now(), name ?? row.Name, null, Text(reason))), run => run.Stop(end, reason));

    private ControlResult Hold(string id, bool suspended, string? reason) => Change(
        id, row => (row.Status == InstanceStatus.Suspended) == suspended
            || store.SetStatus(id, suspended ? InstanceStatus.Suspended : InstanceStatus.Running, new(suspended ? EntryTypes.Suspended : EntryTypes.Resumed, Now(), row.Name, null, Text(reason)), Now()),
        run => run.Suspend(suspended));

    private ControlResult Change(string id, Func<InstanceRow, bool> write, Action<WorkflowRun> tell)
    {
        lock (_gate)
        {
            if (store.Find(id) is not { } row) return ControlResult.NotFound;
            if (row.Status.HasEnded() || !write(row)) return ControlResult.Ended;
            if (_runs.TryGetValue(id, out var running)) tell(running.Run);
            return ControlResult.Accepted;
        }
    }

    private void Begin(InstanceRow row)
    {
        lock (_gate)
        {
            var run = new WorkflowRun(row, store, catalogue, time, redact);
            // the one before it under this id has ended, but may still be letting go
            var before = _runs.TryGetValue(row.Id, out var last) ? last.Task : Task.CompletedTask;
            _runs[row.Id] = (run, Task.Run(() => Keep(row, run, before)));
        }
    }

    private async Task Keep(InstanceRow row, WorkflowRun run, Task before)
    {
        await before;
        // its trace id is that of this start: after a restart it goes on in the same trace
        using var telemetry = RunTelemetry.Begin(row.Name, row.Id, row.Execution);
        using var scope = logger.BeginScope(new Dictionary<string, object?> { ["InstanceId"] = row.Id });
        while (true)
        {
            try
            {
                await run.Run(_stopping.Token);
                if (store.Find(row.Id) is { } ended) End(telemetry, ended);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogBroken(row.Name, row.Id, e);
            }
            try
            {
                await Task.Delay(Again, time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            lock (_gate)
            {
                if (store.Find(row.Id) is not { } again || again.Status.HasEnded()) return;
                run = new(again, store, catalogue, time, redact);
                _runs[row.Id] = (run, _runs[row.Id].Task);
            }
        }
    }

    private void End(RunTelemetry telemetry, InstanceRow ended)
    {
        var duration = time.GetUtcNow() - ended.Created;
        var outcome = ended.Status switch { InstanceStatus.Completed => Outcome.Completed, InstanceStatus.Failed => Outcome.Failed, _ => Outcome.Cancelled };
        telemetry.Ended(outcome, duration);
        LogEnded(ended.Status == InstanceStatus.Failed ? LogLevel.Error : LogLevel.Information, ended.Name, ended.Id, outcome, duration, ended.Output);
    }

    private static string? Text(string? reason) => reason is null ? null : JsonSerializer.Serialize(reason, ApiJson.Options);

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Name} {InstanceId} goes on where it was")]
    private partial void LogResumed(string name, string instanceId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "{Name} {InstanceId} is started")]
    private partial void LogStarted(string name, string instanceId);

    [LoggerMessage(EventId = 3, Message = "{Type} {InstanceId} has ended: {Status} after {Duration}: {Output}")]
    private partial void LogEnded(LogLevel level, string type, string instanceId, string status, TimeSpan duration, string? output);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "{Name} {InstanceId} could not go on and is tried again in 30 seconds")]
    private partial void LogBroken(string name, string instanceId, Exception error);
}
