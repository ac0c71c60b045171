using System.Text.Json;
using BackupFunctions.Api;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Restores;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Serialization;
using BackupFunctions.Workflows;

namespace BackupFunctions.Standalone.Durable;

/// <summary>The workflows of the engine.</summary>
internal sealed class EngineWorkflows(BackupEngine engine, SecretRedactor redactor, TimeProvider time) : IWorkflowCatalogue
{
    /// <inheritdoc/>
    public Task<OpenedWorkflow> Open(string name, JsonElement input, CancellationToken cancellationToken) => name switch
    {
        FullBackupWorkflow.Name => Over(engine.BackupActivities(), async context => BackupOutput.Of(await FullBackupWorkflow.Run(context, Read<FullBackupInput>(input)))),
        IncrementalBackupWorkflow.Name => Over(engine.BackupActivities(), async context => BackupOutput.Of(await IncrementalBackupWorkflow.Run(context, Read<IncrementalBackupInput>(input)))),
        ResumeUploadsWorkflow.Name => Over(engine.DeliveryActivities(), async context => ResumeOutput.Of(await ResumeUploadsWorkflow.Run(context, Read<ResumeUploadsInput>(input)))),
        VerificationWorkflow.Name => Over(engine.VerificationActivities(), async context => VerificationOutput.Of(await VerificationWorkflow.Run(context, Read<VerificationInput>(input)))),
        RetentionWorkflow.Name => Over(engine.DeliveryActivities(), async context => RetentionOutput.Of(await RetentionWorkflow.Run(context, Read<RetentionInput>(input)))),
        ScrubWorkflow.Name => Over(engine.ScrubActivities(), async context => ScrubOutput.Of(await ScrubWorkflow.Run(context, Read<ScrubInput>(input)))),
        RestoreDrillWorkflow.Name => Over(engine.DrillActivities(), async context => DrillOutput.Of(await RestoreDrillWorkflow.Run(context, Read<DrillInput>(input)))),
        RotateKeysWorkflow.Name => Over(engine.RotationActivities(), async context => RotationOutput.Of(await RotateKeysWorkflow.Run(context, Read<RotateKeysInput>(input)))),
        RestoreWorkflow.Name => Restore(Read<TargetedRestore>(input), cancellationToken),
        _ => throw new BackupException(ErrorKind.Failed, $"run the workflow {name}: this host knows none of this name", "start it again with the release that knows it"),
    };

    private static Task<OpenedWorkflow> Over<TOutput>(ActivityRegistry activities, Func<IWorkflowContext, Task<TOutput>> run) =>
        Task.FromResult(new OpenedWorkflow(activities, async context => Json(await run(context))));

    private async Task<OpenedWorkflow> Restore(TargetedRestore input, CancellationToken cancellationToken)
    {
        // before the target is touched
        WorkflowVersion.Require(RestoreWorkflow.Name, input.Restore.Version, RestoreInput.CurrentVersion);
        try
        {
            return await OpenTarget(input, cancellationToken);
        }
        catch (BackupException e) when (input.Restore.Target is not null)
        {
            return await Over(engine.DeliveryActivities(), async context => RestoreOutput.Of(await RestoreWorkflow.Refuse(context, e), input.Warnings));
        }
    }

    private async Task<OpenedWorkflow> OpenTarget(TargetedRestore input, CancellationToken cancellationToken)
    {
        var uri = await input.Target.Open(engine.Keys, cancellationToken);
        redactor.AddUri(uri);
        var target = BackupEngine.Endpoint(uri, "target", time);
        var session = engine.NewRestoreSession();
        try
        {
            var pause = await TtlMonitorPause.Begin(await target.Connect(cancellationToken), cancellationToken);
            return new(engine.RestoreActivities(session, target), async context => Json(RestoreOutput.Of(await RestoreWorkflow.Run(context, input.Restore), input.Warnings)), target, session, pause);
        }
        catch
        {
            session.Dispose();
            target.Dispose();
            throw;
        }
    }

    private static T Read<T>(JsonElement input) => EngineJson.Read<T>(System.Text.Encoding.UTF8.GetBytes(input.GetRawText()), "input of the workflow");

    private static JsonElement Json<T>(T output) => JsonSerializer.SerializeToElement(output, ApiJson.Options);
}
