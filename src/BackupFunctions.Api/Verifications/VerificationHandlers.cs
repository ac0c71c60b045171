using System.Text.Json;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Serialization;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Verifications;

/// <summary>Starts verifications.</summary>
public sealed class VerificationHandlers(ApiParts parts)
{
    /// <summary><c>POST verifications</c> with a <see cref="VerificationRequest"/>: 202; 404 for an unknown backup, 409 while a verification runs.</summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<VerificationRequest>(http.Request, http.RequestAborted);
        if (body.Sample is not (> 0 and <= 100)) return ProblemResults.BadRequest("read the body: sample is not a percentage above 0 and up to 100");
        var root = await parts.Engine.FindRoot(body.Backup, http.RequestAborted);
        var input = new VerificationInput(root.ToString(), body.Sample / 100);
        return await parts.Start(http, VerificationWorkflow.Name, JsonSerializer.SerializeToElement(input, EngineJson.Options), http.RequestAborted);
    });
}
