using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Manifest;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Verifications;

/// <summary>Starts restore drills.</summary>
public sealed class DrillHandlers(ApiParts parts)
{
    /// <summary><c>POST drills</c> with a <see cref="DrillRequest"/>: 202; 404 or 422 for a point that cannot be restored, 409 while a drill runs.</summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<DrillRequest>(http.Request, http.RequestAborted);
        // the run finds it again, by then perhaps with more behind it
        if (body.At is { } at)
        {
            var point = RestorePoint.Parse(at, "at");
            OplogTimeline.Of(await parts.Engine.Manifest.Load(http.RequestAborted)).Find(point);
        }
        return await parts.Start(http, RestoreDrillWorkflow.Name, WorkflowInputs.Drill(body.At), http.RequestAborted);
    });
}
