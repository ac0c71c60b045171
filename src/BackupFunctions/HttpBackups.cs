using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>Backups, restores and verifications by HTTP; a key of the function or the host is needed.</summary>
public sealed class HttpBackups(HttpApi api)
{
    private const string Backups = "backups", Backup = "backups/{id}", Windows = "windows", Restores = "restores", Verifications = "verifications";

    [Function(nameof(ListBackups))]
    public Task<IResult> ListBackups([HttpTrigger(AuthorizationLevel.Function, "get", Route = Backups)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backups);

    [Function(nameof(ShowBackup))]
    public Task<IResult> ShowBackup([HttpTrigger(AuthorizationLevel.Function, "get", Route = Backup)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backup);

    [Function(nameof(CreateBackup))]
    public Task<IResult> CreateBackup([HttpTrigger(AuthorizationLevel.Function, "post", Route = Backups)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backups);

    [Function(nameof(ListWindows))]
    public Task<IResult> ListWindows([HttpTrigger(AuthorizationLevel.Function, "get", Route = Windows)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Windows);

    [Function(nameof(CreateRestore))]
    public Task<IResult> CreateRestore([HttpTrigger(AuthorizationLevel.Function, "post", Route = Restores)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Restores);

    [Function(nameof(CreateVerification))]
    public Task<IResult> CreateVerification([HttpTrigger(AuthorizationLevel.Function, "post", Route = Verifications)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Verifications);
}
