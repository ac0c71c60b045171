using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Routes;

/// <summary>Starts workflows for requests.</summary>
public static class StartedResults
{
    /// <summary>Seconds after which to ask again.</summary>
    public const string RetryAfter = "5";

    /// <summary>Starts a workflow under the id of its kind: 202 with where to look, or 409 with where the one that runs is found.</summary>
    public static async Task<IResult> Start(this ApiParts parts, HttpContext http, string workflow, JsonElement input, CancellationToken cancellationToken)
    {
        var id = WorkflowKinds.IdOf(workflow);
        var uris = parts.Uris(http.Request, id);
        if (await parts.Starter.Start(workflow, id, input, cancellationToken) is { } running)
            return ProblemResults.Of(ProblemResults.Make("already_running", "one of this kind runs", StatusCodes.Status409Conflict, $"start {workflow}: the one started at {ApiJson.Time(running.CreatedTime)} is {running.Status}") with { Hint = "wait for it, or terminate it", Running = uris });
        http.Response.Headers.Location = uris.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = RetryAfter;
        return Results.Json(uris, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}
