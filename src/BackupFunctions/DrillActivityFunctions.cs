using System.Text.Json;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>The activities of restore drills, by the names under which the workflow calls them.</summary>
public sealed class DrillActivityFunctions(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(PlanDrill))]
    public Task<JsonElement> PlanDrill([ActivityTrigger] JsonElement input) => Run(DrillActivities.Plan, input);

    [Function(nameof(RunDrill))]
    public Task<JsonElement> RunDrill([ActivityTrigger] JsonElement input) => Run(DrillActivities.Run, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, () => Task.FromResult((worker.DrillActivities, input)));
}
