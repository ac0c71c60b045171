using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Instances;

/// <summary>The durable status API, for hosts whose engine does not bring one.</summary>
public sealed class InstanceHandlers(ApiParts parts)
{
    private const string Continuation = "x-ms-continuation-token";
    private const int DefaultTop = 100, MaxTop = 1000;

    // the routes are described in every host, and mapped where there is something to serve
    private IWorkflowInstances Served => parts.Instances ?? throw new InvalidOperationException("this host's durable engine serves the status API itself");

    /// <summary><c>GET instances/{id}</c>: 202 while it goes on, 200 when it has ended; a failed one is 500 with <c>returnInternalServerErrorOnFailure</c>.</summary>
    public Task<IResult> Get(HttpContext http, string id) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var request = http.Request;
        var history = !request.Flag("showHistory") ? HistoryDetail.None : request.Flag("showHistoryOutput") ? HistoryDetail.Results : HistoryDetail.Events;
        var failureIs500 = request.Flag("returnInternalServerErrorOnFailure");
        var showInput = request.Text("showInput") is null || request.Flag("showInput");
        if (await Served.Find(id, history, http.RequestAborted) is not { } instance) return Unknown(id);
        var status = StatusCodes.Status200OK;
        if (!instance.HasEnded)
        {
            status = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = parts.Uris(request, id).StatusQueryGetUri;
            http.Response.Headers.RetryAfter = StartedResults.RetryAfter;
        }
        else if (failureIs500 && instance.Status == InstanceStatus.Failed)
        {
            status = StatusCodes.Status500InternalServerError;
        }
        return Results.Json(InstanceBody.Of(instance, showInput), ApiJson.Options, statusCode: status);
    });

    /// <summary><c>GET instances</c>: an array, oldest first; what follows is in the header <c>x-ms-continuation-token</c>, which a request sends back.</summary>
    public Task<IResult> List(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var request = http.Request;
        var token = request.Headers[Continuation] is [{ Length: > 0 } given] ? given : null;
        var query = new InstanceQuery(request.Time("createdTimeFrom"), request.Time("createdTimeTo"), request.Words<InstanceStatus>("runtimeStatus"), request.Text("instanceIdPrefix"),
            request.Number("top", 1, MaxTop) ?? DefaultTop, token);
        var showInput = request.Text("showInput") is null || request.Flag("showInput");
        var page = await Served.Query(query, http.RequestAborted);
        if (page.ContinuationToken is { } next) http.Response.Headers[Continuation] = next;
        return Results.Json(page.Instances.Select(i => InstanceBody.Of(i, showInput)).ToList(), ApiJson.Options);
    });

    /// <summary><c>DELETE instances/{id}</c>: one that goes on is not deleted, and counts as none.</summary>
    public Task<IResult> Purge(HttpContext http, string id) => ProblemResults.Guard(parts.Redactor, http, async () =>
        await Served.Purge(id, http.RequestAborted) is { } deleted ? Results.Json(new PurgedBody(deleted ? 1 : 0), ApiJson.Options) : Unknown(id));

    /// <summary><c>POST instances/{id}/terminate?reason=</c>.</summary>
    public Task<IResult> Terminate(HttpContext http, string id) => Change(http, id, (at, reason, token) => Served.Terminate(at, reason, token));

    /// <summary><c>POST instances/{id}/suspend?reason=</c>.</summary>
    public Task<IResult> Suspend(HttpContext http, string id) => Change(http, id, (at, reason, token) => Served.Suspend(at, reason, token));

    /// <summary><c>POST instances/{id}/resume?reason=</c>.</summary>
    public Task<IResult> Resume(HttpContext http, string id) => Change(http, id, (at, reason, token) => Served.Resume(at, reason, token));

    /// <summary><c>POST instances/{id}/raiseEvent/{name}</c> with a JSON body.</summary>
    public Task<IResult> Raise(HttpContext http, string id, string eventName) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var payload = await RequestBody.Read<JsonElement>(http.Request, http.RequestAborted);
        return Changed(id, await Served.Raise(id, eventName, payload, http.RequestAborted));
    });

    private Task<IResult> Change(HttpContext http, string id, Func<string, string?, CancellationToken, Task<ControlResult>> change) => ProblemResults.Guard(parts.Redactor, http, async () =>
        Changed(id, await change(id, http.Request.Text("reason"), http.RequestAborted)));

    private static IResult Changed(string id, ControlResult result) => result switch
    {
        ControlResult.Accepted => Results.StatusCode(StatusCodes.Status202Accepted),
        ControlResult.NotFound => Unknown(id),
        _ => ProblemResults.Of(ProblemResults.Make("already_ended", "it has ended already", StatusCodes.Status410Gone, $"change instance '{id}': it has ended")),
    };

    private static IResult Unknown(string id) => ProblemResults.NotFound($"find instance '{id}': there is none of this id");
}
