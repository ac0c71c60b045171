using BackupFunctions.Api.Problems;
using BackupFunctions.Telemetry.Metrics;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Status;

/// <summary>What is measured, for Prometheus.</summary>
public sealed class MetricsHandlers(ApiParts parts)
{
    /// <summary><c>GET metrics</c>: always 200; what cannot be read is left out.</summary>
    public Task<IResult> Get(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
        Results.Text(await parts.Engine.Metrics.ToPrometheus(http.RequestAborted), PrometheusText.ContentType));
}
