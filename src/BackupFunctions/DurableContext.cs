using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Workflows;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions;

/// <summary>
/// A workflow's context over Durable. Keys are ignored: Durable finds recorded results by the order of calls. A workflow is run again from its
/// beginning for each thing that happens, on one thread. After the event <see cref="WorkflowKinds.CancelEvent"/> no activity starts any more but those that
/// give something back. <paramref name="message"/> makes what an activity of this name is sent out of its input.
/// </summary>
internal sealed class DurableContext(TaskOrchestrationContext durable, Func<string, JsonElement, JsonElement>? message = null) : IWorkflowContext
{
    private readonly Task _cancelled = durable.WaitForExternalEvent<JsonElement>(WorkflowKinds.CancelEvent);

    /// <inheritdoc/>
    public string InstanceId => durable.InstanceId;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => new(DateTime.SpecifyKind(durable.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <inheritdoc/>
    public Guid NewId() => durable.NewGuid();

    /// <inheritdoc/>
    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        if (!activity.EvenWhenStopped) ThrowIfCancelled();
        try
        {
            var json = DurableJson.Write(input);
            return DurableJson.Read<TResult>(await durable.CallActivityAsync<JsonElement>(activity.Name, message is null ? json : message(activity.Name, json)), $"result of {activity.Name}");
        }
        catch (TaskFailedException e)
        {
            // it was let run to its end, which does not matter any more
            if (!activity.EvenWhenStopped) ThrowIfCancelled();
            throw ActivityFailure.Read(activity.Name, e.FailureDetails.ErrorMessage, e);
        }
        catch (BackupException e)
        {
            throw new ActivityFailedException(activity.Name, e.Kind, e.Message, e.Hint, e);
        }
    }

    /// <inheritdoc/>
    public async Task Wait(TimeSpan delay, CancellationToken cancellationToken)
    {
        ThrowIfCancelled();
        await durable.CreateTimer(delay, cancellationToken);
        ThrowIfCancelled();
    }

    /// <inheritdoc/>
    public void SetStatus(WorkflowStatus status) => durable.SetCustomStatus(DurableJson.Write(status));

    private void ThrowIfCancelled()
    {
        if (_cancelled.IsCompleted) throw new OperationCanceledException("the run was cancelled");
    }
}
