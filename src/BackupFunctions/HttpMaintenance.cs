using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>Scrubs, restore drills, rotations of keys, and metrics by HTTP; a key of the function or the host is needed.</summary>
public sealed class HttpMaintenance(HttpApi api)
{
    private const string Scrubs = "scrubs", Drills = "drills", Rotations = "keys/rotations", Metrics = "metrics";

    [Function(nameof(CreateScrub))]
    public Task<IResult> CreateScrub([HttpTrigger(AuthorizationLevel.Function, "post", Route = Scrubs)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Scrubs);

    [Function(nameof(CreateDrill))]
    public Task<IResult> CreateDrill([HttpTrigger(AuthorizationLevel.Function, "post", Route = Drills)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Drills);

    [Function(nameof(GetMetrics))]
    public Task<IResult> GetMetrics([HttpTrigger(AuthorizationLevel.Function, "get", Route = Metrics)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Metrics);

    [Function(nameof(CreateRotation))]
    public Task<IResult> CreateRotation([HttpTrigger(AuthorizationLevel.Function, "post", Route = Rotations)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Rotations);
}
