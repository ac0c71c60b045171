using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace BackupFunctions.Functions;

/// <summary>Backups, restores, verifications and retention by HTTP; a key of the function or the host is needed.</summary>
public sealed class HttpBackups(HttpApi api)
{
    private const string Backups = "backups", Backup = "backups/{id}", Windows = "windows", Restores = "restores", Verifications = "verifications", Retention = "retention";

    [Function(nameof(ListBackups))]
    public Task<IResult> ListBackups([HttpTrigger(AuthorizationLevel.Function, "get", Route = Backups)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backups);

    [Function(nameof(ShowBackup))]
    public Task<IResult> ShowBackup([HttpTrigger(AuthorizationLevel.Function, "get", Route = Backup)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backup);

    [Function(nameof(CreateBackup))]
    public Task<IResult> CreateBackup([HttpTrigger(AuthorizationLevel.Function, "post", Route = Backups)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backups);

    [Function(nameof(RemoveBackup))]
    public Task<IResult> RemoveBackup([HttpTrigger(AuthorizationLevel.Function, "delete", Route = Backup)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Backup);

    [Function(nameof(ListWindows))]
    public Task<IResult> ListWindows([HttpTrigger(AuthorizationLevel.Function, "get", Route = Windows)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Windows);

    [Function(nameof(CreateRestore))]
    public Task<IResult> CreateRestore([HttpTrigger(AuthorizationLevel.Function, "post", Route = Restores)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Restores);

    [Function(nameof(CreateVerification))]
    public Task<IResult> CreateVerification([HttpTrigger(AuthorizationLevel.Function, "post", Route = Verifications)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Verifications);

    [Function(nameof(StartRetention))]
    public Task<IResult> StartRetention([HttpTrigger(AuthorizationLevel.Function, "post", Route = Retention)] HttpRequest request, [DurableClient] DurableTaskClient client) => api.Answer(request, client, Retention);
}
