using System.Text.Json;
using BackupFunctions.Backup;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions;

/// <summary>The workflows as orchestrations of Durable.</summary>
public static class Orchestrations
{
    [Function(FullBackupWorkflow.Name)]
    public static Task<JsonElement> FullBackup([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<FullBackupInput, FullBackupResult>(context, FullBackupWorkflow.Run);

    [Function(IncrementalBackupWorkflow.Name)]
    public static Task<JsonElement> IncrementalBackup([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<IncrementalBackupInput, IncrementalBackupResult>(context, IncrementalBackupWorkflow.Run);

    [Function(ResumeUploadsWorkflow.Name)]
    public static Task<JsonElement> ResumeUploads([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<ResumeUploadsInput, ResumeUploadsResult>(context, ResumeUploadsWorkflow.Run);

    private static async Task<JsonElement> Run<TInput, TResult>(TaskOrchestrationContext context, Func<IWorkflowContext, TInput, Task<TResult>> workflow)
    {
        try
        {
            var input = DurableJson.Read<TInput>(context.GetInput<JsonElement>(), "input of the workflow");
            return DurableJson.Write(await workflow(new DurableContext(context), input));
        }
        catch (ActivityFailedException e)
        {
            // the status shows the message and nothing else of it
            throw new InvalidOperationException(e.Hint is null ? ErrorText.ForUser(e) : $"{ErrorText.ForUser(e)} ({e.Hint})", e);
        }
    }
}
