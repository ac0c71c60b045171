using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>The dashboard: anybody may load it, and it asks for a key.</summary>
public sealed class HttpDashboard(HttpApi api)
{
    private const string Page = "dashboard", File = "dashboard/{file}";

    [Function(nameof(Dashboard))]
    public Task<IResult> Dashboard([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Page)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Page);

    [Function(nameof(DashboardFile))]
    public Task<IResult> DashboardFile([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = File)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, File);
}
