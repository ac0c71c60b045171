using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>What anybody may ask by HTTP.</summary>
public sealed class HttpHealth(HttpApi api)
{
    private const string All = "health", Live = "health/live", Ready = "health/ready", Document = "openapi.json";

    [Function(nameof(Health))]
    public Task<IResult> Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = All)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, All);

    [Function(nameof(HealthLive))]
    public Task<IResult> HealthLive([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Live)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Live);

    [Function(nameof(HealthReady))]
    public Task<IResult> HealthReady([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Ready)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Ready);

    [Function(nameof(OpenApi))]
    public Task<IResult> OpenApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Document)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Document);
}
