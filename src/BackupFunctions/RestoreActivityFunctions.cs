using System.Text.Json;
using BackupFunctions.Api.Restores;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>What an activity of a restore is sent: where to, sealed, since it may run on any instance, and its input.</summary>
internal sealed record RestoreMessage(RestoreTarget Target, JsonElement Input);

/// <summary>The activities of restores, by the names under which the workflow calls them.</summary>
public sealed class RestoreActivityFunctions(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(PlanRestore))]
    public Task<JsonElement> PlanRestore([ActivityTrigger] JsonElement input) => Run(RestoreActivities.Plan, input);

    [Function(nameof(PrepareTarget))]
    public Task<JsonElement> PrepareTarget([ActivityTrigger] JsonElement input) => Run(RestoreActivities.Prepare, input);

    [Function(nameof(LoadDocuments))]
    public Task<JsonElement> LoadDocuments([ActivityTrigger] JsonElement input) => Run(RestoreActivities.Load, input);

    [Function(nameof(ReplayOplog))]
    public Task<JsonElement> ReplayOplog([ActivityTrigger] JsonElement input) => Run(RestoreActivities.Replay, input);

    [Function(nameof(BuildIndexes))]
    public Task<JsonElement> BuildIndexes([ActivityTrigger] JsonElement input) => Run(RestoreActivities.BuildIndexes, input);

    [Function(nameof(CreateViews))]
    public Task<JsonElement> CreateViews([ActivityTrigger] JsonElement input) => Run(RestoreActivities.CreateViews, input);

    [Function(nameof(RestoreUsersAndRoles))]
    public Task<JsonElement> RestoreUsersAndRoles([ActivityTrigger] JsonElement input) => Run(RestoreActivities.UsersAndRoles, input);

    [Function(nameof(CompareRestored))]
    public Task<JsonElement> CompareRestored([ActivityTrigger] JsonElement input) => Run(RestoreActivities.Compare, input);

    [Function(nameof(FinishRestore))]
    public Task<JsonElement> FinishRestore([ActivityTrigger] JsonElement input) => Run(RestoreActivities.Finish, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, async () =>
    {
        var message = DurableJson.Read<RestoreMessage>(input, $"input of {name.Name}");
        return (await worker.RestoreActivities(message.Target), message.Input);
    });
}
