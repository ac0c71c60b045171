using System.Text.Json;
using BackupFunctions.Verification.Scrubbing;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>The activities of scrubs, by the names under which the workflow calls them.</summary>
public sealed class ScrubActivityFunctions(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(PlanScrub))]
    public Task<JsonElement> PlanScrub([ActivityTrigger] JsonElement input) => Run(ScrubActivities.Plan, input);

    [Function(nameof(ScrubCopy))]
    public Task<JsonElement> ScrubCopy([ActivityTrigger] JsonElement input) => Run(ScrubActivities.Scrub, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, () => Task.FromResult((worker.ScrubActivities, input)));
}
