using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Backups;

/// <summary>Lists, shows and makes backups.</summary>
public sealed class BackupHandlers(ApiParts parts)
{
    private const int DefaultLimit = 100, MaxLimit = 1000;

    /// <summary><c>GET backups?type=&amp;since=&amp;until=&amp;namespace=&amp;limit=</c>: newest first, by the time of their start.</summary>
    public Task<IResult> List(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var request = http.Request;
        var query = new BackupQuery(request.Word<BackupType>("type"), request.Time("since"), request.Time("until"), request.Pattern("namespace"));
        var limit = request.Number("limit", 1, MaxLimit) ?? DefaultLimit;
        var manifest = await LoadOrNull(http.RequestAborted);
        if (manifest is null) return Results.Json(new BackupList([], 0, null), ApiJson.Options);
        var matching = manifest.Backups.Where(query.Matches).ToList();
        return Results.Json(new BackupList(ListedBackup.Of(matching.AsEnumerable().Reverse().Take(limit), manifest), matching.Count, ProvenRestore.Of(manifest)), ApiJson.Options);
    });

    /// <summary><c>GET backups/{id}</c>: by id, root CID or <c>latest</c>.</summary>
    public Task<IResult> Get(HttpContext http, string id) => ProblemResults.Guard(parts.Redactor, http, async () =>
        Results.Json(BackupDetail.Of((await parts.Engine.Manifest.Load(http.RequestAborted)).Find(id)), ApiJson.Options));

    /// <summary><c>POST backups</c> with a <see cref="BackupRequest"/>: 202, or 409 while one of this type runs.</summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<BackupRequest>(http.Request, http.RequestAborted);
        return body.Type switch
        {
            "full" => await parts.Start(http, FullBackupWorkflow.Name, WorkflowInputs.Full(parts.Engine), http.RequestAborted),
            "incremental" => await parts.Start(http, IncrementalBackupWorkflow.Name, WorkflowInputs.Incremental(parts.Engine), http.RequestAborted),
            _ => ProblemResults.BadRequest("read the body: type is not full or incremental"),
        };
    });

    /// <summary><c>GET windows</c>: restorable ranges and gaps.</summary>
    public Task<IResult> Windows(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var manifest = await LoadOrNull(http.RequestAborted);
        return Results.Json(manifest is null ? new([], []) : WindowList.Of(OplogTimeline.Of(manifest)), ApiJson.Options);
    });

    // before the first backup there is no repository, and that is no error
    private async Task<ManifestState?> LoadOrNull(CancellationToken cancellationToken) =>
        await parts.Engine.Catalog.ReadHead(cancellationToken) is null ? null : await parts.Engine.Manifest.Load(cancellationToken);
}
