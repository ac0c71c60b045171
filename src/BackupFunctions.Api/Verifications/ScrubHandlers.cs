using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Verifications;

/// <summary>Starts scrubs.</summary>
public sealed class ScrubHandlers(ApiParts parts)
{
    /// <summary><c>POST scrubs</c> with a <see cref="ScrubRequest"/>: 202, or 409 while a scrub runs.</summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<ScrubRequest>(http.Request, http.RequestAborted);
        return await parts.Start(http, ScrubWorkflow.Name, WorkflowInputs.Scrub(parts.Engine, body.All), http.RequestAborted);
    });
}
