using System.Text;
using System.Text.Json;
using BackupFunctions.Api;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Serialization;
using BackupFunctions.Standalone.Durable.Journal;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Standalone.Durable;

/// <summary>One instance under way in this process: from the beginning of its journal to its end, or to the end of the process.</summary>
internal sealed class WorkflowRun(InstanceRow instance, JournalStore store, IWorkflowCatalogue catalogue, TimeProvider time, Func<string, string> redact)
{
    private static readonly TimeSpan Parting = TimeSpan.FromSeconds(10);

    private static readonly Task<JsonElement> s_notBegun = new TaskCompletionSource<JsonElement>().Task;

    private readonly TurnQueue _turns = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JournalContext? _context;
    private InstanceStatus? _end = instance.Stopping;
    private string? _reason = instance.Reason;
    private bool _suspended = instance.Status == InstanceStatus.Suspended;

    /// <summary>Holds or lets go, in a turn of its own.</summary>
    public void Suspend(bool suspended) => _turns.Add(() =>
    {
        _suspended = suspended;
        _context?.Suspend(suspended);
    });

    /// <summary>Ends it so.</summary>
    public void Stop(InstanceStatus end, string? reason)
    {
        _turns.Add(() =>
        {
            (_end, _reason) = (_end ?? end, _reason ?? reason);
            _context?.Stop();
        });
        _stopped.TrySetResult();
    }

    /// <summary>Runs it to its end, which is recorded. Stopping the host leaves it in the journal as it is.</summary>
    public async Task Run(CancellationToken hostStopping)
    {
        if (!_suspended) store.SetStatus(instance.Id, InstanceStatus.Running, null, Now());
        var workflow = s_notBegun;
        try
        {
            if (await Open(hostStopping) is not { } opened)
            {
                _turns.TakeAll();
                RecordStopped();
                return;
            }
            // what it holds is given back before the end is recorded: a process that is killed in between comes to it again
            await using (opened) workflow = await Follow(opened, hostStopping);
            await End(workflow);
        }
        catch (OperationCanceledException) when (hostStopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is BackupException or ActivityFailedException or MongoDB.Driver.MongoException or TimeoutException)
        {
            // that it could not be given back must not hide why the workflow failed
            var first = workflow.Exception?.InnerException;
            Fail(first is null ? e : new BackupException(ExitCodes.Classify(first).Kind, $"{ErrorText.ForUser(first)}; {ErrorText.ForUser(e)}", ExitCodes.Classify(e).Hint));
        }
    }

    // null when it was told to end before it had begun
    private async Task<OpenedWorkflow?> Open(CancellationToken hostStopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hostStopping);
        var opening = catalogue.Open(instance.Name, JsonElement.Parse(instance.Input), either.Token);
        if (await Task.WhenAny(opening, _stopped.Task) == opening) return await opening;
        await either.CancelAsync();
        try
        {
            return await opening;
        }
        catch (Exception) when (!hostStopping.IsCancellationRequested)
        {
            return null;
        }
    }

    // the workflow, which has ended
    private async Task<Task<JsonElement>> Follow(OpenedWorkflow opened, CancellationToken hostStopping)
    {
        _context = new(instance, opened.Activities, _turns, entry => store.Append(instance.Id, entry), time, redact);
        var workflow = s_notBegun;
        _turns.Add(() => workflow = opened.Run(_context));
        _turns.TakeAll();
        foreach (var entry in store.History(instance.Id).Where(e => e.Key is not null))
        {
            _context.Apply(entry);
            _turns.TakeAll();
        }
        _turns.Add(() =>
        {
            _context.Suspend(_suspended);
            _context.GoLive();
            if (_end is not null) _context.Stop();
        });
        _turns.TakeAll();
        await Live(_context, () => workflow, hostStopping);
        return workflow;
    }

    private async Task Live(JournalContext context, Func<Task> workflow, CancellationToken hostStopping)
    {
        Workflows.WorkflowStatus? shown = null;
        try
        {
            while (true)
            {
                _turns.TakeAll();
                if (context.Status is { } status && status != shown) store.SetCustomStatus(instance.Id, Encoding.UTF8.GetString(EngineJson.Write(shown = status)), Now());
                if (workflow().IsCompleted) return;
                await _turns.Wait(hostStopping);
            }
        }
        catch (OperationCanceledException) when (hostStopping.IsCancellationRequested)
        {
            _turns.Add(context.Leave);
            _turns.TakeAll();
            // what ends in time is recorded and need not run again
            await Task.WhenAny(context.Running, Task.Delay(Parting, time, CancellationToken.None));
            _turns.TakeAll();
            throw;
        }
        finally
        {
            if (workflow().IsCompleted) await context.Running;
        }
    }

    private async Task End(Task<JsonElement> workflow)
    {
        try
        {
            var output = await workflow;
            Record(InstanceStatus.Completed, output.GetRawText(), null);
        }
        catch (OperationCanceledException) when (_end is not null)
        {
            RecordStopped();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void RecordStopped()
    {
        var end = _end ?? InstanceStatus.Terminated;
        Record(end, JsonSerializer.Serialize(_reason ?? (end == InstanceStatus.Terminated ? "terminated" : "canceled"), ApiJson.Options), _reason);
    }

    private void Fail(Exception e)
    {
        var (_, hint) = ExitCodes.Classify(e);
        var message = redact(ErrorText.ForUser(e) + (hint is null ? "" : $" ({hint})"));
        Record(InstanceStatus.Failed, JsonSerializer.Serialize(message, ApiJson.Options), message);
    }

    private void Record(InstanceStatus status, string output, string? reason) =>
        store.End(instance.Id, status, output, new(EntryTypes.Ended, Now(), instance.Name, null, reason is null ? null : JsonSerializer.Serialize(reason, ApiJson.Options)));

    private DateTimeOffset Now() => time.GetUtcNow();
}
