using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Retention;

/// <summary>Starts retention, and removes single backups.</summary>
public sealed class RetentionHandlers(ApiParts parts)
{
    /// <summary><c>POST retention</c> with a <see cref="RetentionRequest"/>: 202, or for a dry run 200 and the plan; 409 while retention runs.</summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<RetentionRequest>(http.Request, http.RequestAborted);
        return body.DryRun
            ? Results.Json(RetentionPlanned.Of(await parts.Engine.PlanRetention(http.RequestAborted)), ApiJson.Options)
            : await parts.Start(http, RetentionWorkflow.Name, WorkflowInputs.Retention(), http.RequestAborted);
    });

    /// <summary><c>DELETE backups/{id}?force=</c>: 200 and what was removed with it; 400 for the last full backup, and for what is protected, unless it is forced.</summary>
    public Task<IResult> Remove(HttpContext http, string id) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var force = http.Request.Flag("force");
        return Results.Json(BackupsRemoved.Of(await parts.Engine.Remove(id, force, http.RequestAborted)), ApiJson.Options);
    });
}
