using System.Text.Json;
using BackupFunctions.Backup;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>The activities of backups, by the names under which workflows call them.</summary>
public sealed class Activities(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(Plan))]
    public Task<JsonElement> Plan([ActivityTrigger] JsonElement input) => Run(BackupActivities.Plan, input);

    [Function(nameof(DumpAndEncrypt))]
    public Task<JsonElement> DumpAndEncrypt([ActivityTrigger] JsonElement input) => Run(BackupActivities.DumpAndEncrypt, input);

    [Function(nameof(TakeLock))]
    public Task<JsonElement> TakeLock([ActivityTrigger] JsonElement input) => Run(BackupActivities.TakeLock, input);

    [Function(nameof(RenewLock))]
    public Task<JsonElement> RenewLock([ActivityTrigger] JsonElement input) => Run(BackupActivities.RenewLock, input);

    [Function(nameof(ReleaseLock))]
    public Task<JsonElement> ReleaseLock([ActivityTrigger] JsonElement input) => Run(BackupActivities.ReleaseLock, input);

    [Function(nameof(PlanResume))]
    public Task<JsonElement> PlanResume([ActivityTrigger] JsonElement input) => Run(BackupActivities.PlanResume, input);

    [Function(nameof(PlanIncremental))]
    public Task<JsonElement> PlanIncremental([ActivityTrigger] JsonElement input) => Run(BackupActivities.PlanIncremental, input);

    [Function(nameof(CaptureOplog))]
    public Task<JsonElement> CaptureOplog([ActivityTrigger] JsonElement input) => Run(BackupActivities.CaptureOplog, input);

    [Function(nameof(GatherSlices))]
    public Task<JsonElement> GatherSlices([ActivityTrigger] JsonElement input) => Run(BackupActivities.GatherSlices, input);

    [Function(nameof(Assemble))]
    public Task<JsonElement> Assemble([ActivityTrigger] JsonElement input) => Run(BackupActivities.Assemble, input);

    [Function(nameof(UploadToNode))]
    public Task<JsonElement> UploadToNode([ActivityTrigger] JsonElement input) => Run(BackupActivities.UploadToNode, input);

    [Function(nameof(CopyToNode))]
    public Task<JsonElement> CopyToNode([ActivityTrigger] JsonElement input) => Run(BackupActivities.CopyToNode, input);

    [Function(nameof(PinOnNode))]
    public Task<JsonElement> PinOnNode([ActivityTrigger] JsonElement input) => Run(BackupActivities.PinOnNode, input);

    [Function(nameof(VerifyNode))]
    public Task<JsonElement> VerifyNode([ActivityTrigger] JsonElement input) => Run(BackupActivities.VerifyNode, input);

    [Function(nameof(UpdateManifest))]
    public Task<JsonElement> UpdateManifest([ActivityTrigger] JsonElement input) => Run(BackupActivities.UpdateManifest, input);

    [Function(nameof(Cleanup))]
    public Task<JsonElement> Cleanup([ActivityTrigger] JsonElement input) => Run(BackupActivities.Cleanup, input);

    [Function(nameof(Notify))]
    public Task<JsonElement> Notify([ActivityTrigger] JsonElement input) => Run(BackupActivities.Notify, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, () => Task.FromResult((worker.Activities, input)));
}
