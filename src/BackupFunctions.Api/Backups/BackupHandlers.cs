using System.Text.Json;
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
        var matching = (await Recorded(http.RequestAborted)).Where(query.Matches).ToList();
        return Results.Json(new BackupList([.. matching.AsEnumerable().Reverse().Take(limit).Select(BackupSummary.Of)], matching.Count), ApiJson.Options);
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
            "full" => await parts.Start(http, FullBackupWorkflow.Name, BackupInputs.Full(parts.Engine), http.RequestAborted),
            "incremental" => await parts.Start(http, IncrementalBackupWorkflow.Name, BackupInputs.Incremental(parts.Engine), http.RequestAborted),
            _ => ProblemResults.BadRequest("read the body: type is not full or incremental"),
        };
    });

    /// <summary><c>GET windows</c>: restorable ranges and gaps.</summary>
    public Task<IResult> Windows(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var manifest = await LoadOrNull(http.RequestAborted);
        return Results.Json(manifest is null ? new([], []) : WindowList.Of(OplogTimeline.Of(manifest)), ApiJson.Options);
    });

    private async Task<IEnumerable<BackupEntry>> Recorded(CancellationToken cancellationToken) => (await LoadOrNull(cancellationToken))?.Backups ?? [];

    // before the first backup there is no repository, and that is no error
    private async Task<ManifestState?> LoadOrNull(CancellationToken cancellationToken) =>
        await parts.Engine.Catalog.ReadHead(cancellationToken) is null ? null : await parts.Engine.Manifest.Load(cancellationToken);
}

/// <summary>The inputs with which hosts start backups.</summary>
public static class BackupInputs
{
    /// <summary>Of a full backup.</summary>
    public static JsonElement Full(BackupEngine engine) => Json(new FullBackupInput(engine.Options.Parallelism) { CleansUp = engine.Options.RetentionAfterBackup });

    /// <summary>Of an incremental backup.</summary>
    public static JsonElement Incremental(BackupEngine engine) => Json(new IncrementalBackupInput(engine.Options.Parallelism, IncrementalBackupInput.DefaultMaxBytes, TimeSpan.Zero) { CleansUp = engine.Options.RetentionAfterBackup });

    /// <summary>Of Retention.</summary>
    public static JsonElement Retention() => Json(new RetentionInput());

    /// <summary>Of ResumeUploads.</summary>
    public static JsonElement Resume() => Json(new ResumeUploadsInput());

    private static JsonElement Json<T>(T input) => JsonSerializer.SerializeToElement(input, Serialization.EngineJson.Options);
}
