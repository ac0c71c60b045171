using System.Text.Json;
using BackupFunctions.Verification;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions;

/// <summary>The activities of verifications, by the names under which the workflow calls them.</summary>
public sealed class VerificationActivityFunctions(WorkerEngine worker, ActivityRunner runner)
{
    [Function(nameof(PlanVerification))]
    public Task<JsonElement> PlanVerification([ActivityTrigger] JsonElement input) => Run(VerificationActivities.Plan, input);

    [Function(nameof(VerifyBlocks))]
    public Task<JsonElement> VerifyBlocks([ActivityTrigger] JsonElement input) => Run(VerificationActivities.VerifyBlocks, input);

    [Function(nameof(VerifyFiles))]
    public Task<JsonElement> VerifyFiles([ActivityTrigger] JsonElement input) => Run(VerificationActivities.VerifyFiles, input);

    private Task<JsonElement> Run<TInput, TResult>(ActivityName<TInput, TResult> name, JsonElement input) => runner.Run(name, () => Task.FromResult((worker.VerificationActivities, input)));
}
