using System.Text.Json;
using BackupFunctions.Rotation;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>The activities of rotations of keys, by the names under which the workflow calls them.</summary>
public sealed class RotationActivityFunctions(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(RotateSlots))]
    public Task<JsonElement> RotateSlots([ActivityTrigger] JsonElement input) => Run(RotationActivities.RotateSlots, input);

    [Function(nameof(StartEpoch))]
    public Task<JsonElement> StartEpoch([ActivityTrigger] JsonElement input) => Run(RotationActivities.StartEpoch, input);

    [Function(nameof(PlanReencryption))]
    public Task<JsonElement> PlanReencryption([ActivityTrigger] JsonElement input) => Run(RotationActivities.PlanReencryption, input);

    [Function(nameof(ReencryptFiles))]
    public Task<JsonElement> ReencryptFiles([ActivityTrigger] JsonElement input) => Run(RotationActivities.ReencryptFiles, input);

    [Function(nameof(AssembleReencrypted))]
    public Task<JsonElement> AssembleReencrypted([ActivityTrigger] JsonElement input) => Run(RotationActivities.AssembleReencrypted, input);

    [Function(nameof(UnpinEpochs))]
    public Task<JsonElement> UnpinEpochs([ActivityTrigger] JsonElement input) => Run(RotationActivities.UnpinEpochs, input);

    [Function(nameof(EndEpochs))]
    public Task<JsonElement> EndEpochs([ActivityTrigger] JsonElement input) => Run(RotationActivities.EndEpochs, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, () => Task.FromResult((worker.RotationActivities, input)));
}
