using System.Text.Json;
using BackupFunctions.Api;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Restores;
using BackupFunctions.Backup;
using BackupFunctions.Telemetry;
using BackupFunctions.Telemetry.Tracing;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions;

/// <summary>The workflows as orchestrations of Durable. Their outputs are those of the HTTP API.</summary>
public static class Orchestrations
{
    [Function(FullBackupWorkflow.Name)]
    public static Task<JsonElement> FullBackup([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<FullBackupInput, BackupOutput>(context, async input => BackupOutput.Of(await FullBackupWorkflow.Run(new DurableContext(context), input)));

    [Function(IncrementalBackupWorkflow.Name)]
    public static Task<JsonElement> IncrementalBackup([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<IncrementalBackupInput, BackupOutput>(context, async input => BackupOutput.Of(await IncrementalBackupWorkflow.Run(new DurableContext(context), input)));

    [Function(ResumeUploadsWorkflow.Name)]
    public static Task<JsonElement> ResumeUploads([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<ResumeUploadsInput, ResumeOutput>(context, async input => ResumeOutput.Of(await ResumeUploadsWorkflow.Run(new DurableContext(context), input)));

    [Function(RetentionWorkflow.Name)]
    public static Task<JsonElement> Retention([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<RetentionInput, RetentionOutput>(context, async input => RetentionOutput.Of(await RetentionWorkflow.Run(new DurableContext(context), input)));

    [Function(RestoreWorkflow.Name)]
    public static Task<JsonElement> Restore([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<TargetedRestore, RestoreOutput>(context, async input =>
            RestoreOutput.Of(await RestoreWorkflow.Run(new DurableContext(context, (activity, step) => ToTarget(input.Target, activity, step)), input.Restore), input.Warnings));

    [Function(VerificationWorkflow.Name)]
    public static Task<JsonElement> Verification([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<VerificationInput, VerificationOutput>(context, async input => VerificationOutput.Of(await VerificationWorkflow.Run(new DurableContext(context), input)));

    [Function(ScrubWorkflow.Name)]
    public static Task<JsonElement> Scrub([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<ScrubInput, ScrubOutput>(context, async input => ScrubOutput.Of(await ScrubWorkflow.Run(new DurableContext(context), input)));

    [Function(RestoreDrillWorkflow.Name)]
    public static Task<JsonElement> RestoreDrill([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<DrillInput, DrillOutput>(context, async input => DrillOutput.Of(await RestoreDrillWorkflow.Run(new DurableContext(context), input)));

    [Function(RotateKeysWorkflow.Name)]
    public static Task<JsonElement> RotateKeys([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Run<RotateKeysInput, RotationOutput>(context, async input => RotationOutput.Of(await RotateKeysWorkflow.Run(new DurableContext(context), input)));

    // the activity that tells of the end is that of every workflow
    private static JsonElement ToTarget(RestoreTarget target, string activity, JsonElement input) =>
        activity == BackupActivities.Notify.Name ? input : DurableJson.Write(new RestoreMessage(target, input));

    private static async Task<JsonElement> Run<TInput, TOutput>(TaskOrchestrationContext context, Func<TInput, Task<TOutput>> workflow)
    {
        var started = context.CurrentUtcDateTime;
        try
        {
            var output = JsonSerializer.SerializeToElement(await workflow(DurableJson.Read<TInput>(context.GetInput<JsonElement>(), "input of the workflow")), ApiJson.Options);
            Count(context, Outcome.Completed, started);
            return output;
        }
        catch (OperationCanceledException e)
        {
            Count(context, Outcome.Cancelled, started);
            // an orchestration can end itself as failed only
            throw new InvalidOperationException("cancelled: the event that asks for it was raised", e);
        }
        catch (ActivityFailedException e)
        {
            Count(context, Outcome.Failed, started);
            // the status shows the message and nothing else of it
            throw new InvalidOperationException(e.Hint is null ? ErrorText.ForUser(e) : $"{ErrorText.ForUser(e)} ({e.Hint})", e);
        }
    }

    // the span of the run is Durable's own; a replay has counted already
    private static void Count(TaskOrchestrationContext context, string outcome, DateTime started)
    {
        if (!context.IsReplaying) RunTelemetry.Count(context.Name.Name, outcome, context.CurrentUtcDateTime - started);
    }
}
