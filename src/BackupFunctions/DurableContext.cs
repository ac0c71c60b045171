using System.Text.Json;
using BackupFunctions.Workflows;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions;

/// <summary>
/// A workflow's context over Durable. Keys are ignored: Durable finds recorded results by the order of calls. A workflow is run again from its
/// beginning for each thing that happens, on one thread.
/// </summary>
internal sealed class DurableContext(TaskOrchestrationContext durable) : IWorkflowContext
{
    /// <inheritdoc/>
    public string InstanceId => durable.InstanceId;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => new(DateTime.SpecifyKind(durable.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <inheritdoc/>
    public Guid NewId() => durable.NewGuid();

    /// <inheritdoc/>
    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        try
        {
            return DurableJson.Read<TResult>(await durable.CallActivityAsync<JsonElement>(activity.Name, DurableJson.Write(input)), $"result of {activity.Name}");
        }
        catch (TaskFailedException e)
        {
            throw ActivityFailure.Read(activity.Name, e.FailureDetails.ErrorMessage, e);
        }
        catch (BackupException e)
        {
            throw new ActivityFailedException(activity.Name, e.Kind, e.Message, e.Hint, e);
        }
    }

    /// <inheritdoc/>
    public Task Wait(TimeSpan delay, CancellationToken cancellationToken) => durable.CreateTimer(delay, cancellationToken);

    /// <inheritdoc/>
    public void SetStatus(WorkflowStatus status) => durable.SetCustomStatus(DurableJson.Write(status));
}
