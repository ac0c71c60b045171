using System.Text.Json;
using BackupFunctions.Retention;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>The activities of retention, by the names under which the workflow calls them.</summary>
public sealed class RetentionActivityFunctions(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(MarkRemoved))]
    public Task<JsonElement> MarkRemoved([ActivityTrigger] JsonElement input) => Run(RetentionActivities.MarkRemoved, input);

    [Function(nameof(PlanUnpinning))]
    public Task<JsonElement> PlanUnpinning([ActivityTrigger] JsonElement input) => Run(RetentionActivities.PlanUnpinning, input);

    [Function(nameof(UnpinOnNode))]
    public Task<JsonElement> UnpinOnNode([ActivityTrigger] JsonElement input) => Run(RetentionActivities.UnpinOnNode, input);

    [Function(nameof(ReleaseOrphans))]
    public Task<JsonElement> ReleaseOrphans([ActivityTrigger] JsonElement input) => Run(RetentionActivities.ReleaseOrphans, input);

    [Function(nameof(ReleaseRevisions))]
    public Task<JsonElement> ReleaseRevisions([ActivityTrigger] JsonElement input) => Run(RetentionActivities.ReleaseRevisions, input);

    [Function(nameof(TidyLocalVault))]
    public Task<JsonElement> TidyLocalVault([ActivityTrigger] JsonElement input) => Run(RetentionActivities.TidyLocalVault, input);

    [Function(nameof(CollectGarbage))]
    public Task<JsonElement> CollectGarbage([ActivityTrigger] JsonElement input) => Run(RetentionActivities.CollectGarbage, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, () => Task.FromResult((worker.Activities, input)));
}
