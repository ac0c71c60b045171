using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Backup;
using BackupFunctions.Monitoring;
using BackupFunctions.Notifications;
using BackupFunctions.Telemetry;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Status;

/// <summary>Says how it stands. What it found out holds for some seconds, so that anonymous callers cannot keep nodes busy.</summary>
public sealed class HealthHandlers(ApiParts parts)
{
    private const string Healthy = "healthy";
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private (DateTimeOffset At, Task<(Observation Seen, IReadOnlyList<Condition> Found)> Look)? _last;

    /// <summary><c>GET health/live</c>: the process answers.</summary>
    public Task<IResult> Live(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, () => Task.FromResult(Answer(new(Healthy), http)));

    /// <summary><c>GET health/ready</c>: 200 when backups can be made: the catalogue and at least one node answer; else 503.</summary>
    public Task<IResult> Ready(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var (seen, _) = await Look(http.RequestAborted);
        return Answer(new(Status(seen.CatalogueProblem is null && seen.Nodes.Any(n => n.Ok))), http);
    });

    /// <summary>
    /// <c>GET health</c>: 200 while backups can be made and succeed, else 503; with the key also the last and the next backup, the last proven restore, the nodes and what is wrong.
    /// </summary>
    public Task<IResult> Get(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var (seen, found) = await Look(http.RequestAborted);
        var health = Of(seen, found);
        return Answer(parts.Key.IsIn(http.Request) ? health : new(health.Status), http);
    });

    private static string Status(bool healthy) => healthy ? Healthy : "unhealthy";

    private static IResult Answer(Health health, HttpContext http)
    {
        // what stands between must not keep it
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(health, ApiJson.Options, statusCode: health.Status == Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    // one look for all who ask meanwhile
    private Task<(Observation Seen, IReadOnlyList<Condition> Found)> Look(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = parts.Time.GetUtcNow();
            if (_last is not { } last || (last.Look.IsCompleted && now - last.At >= Fresh)) _last = last = (now, parts.Engine.Watch.Look(CancellationToken.None));
            return last.Look.WaitAsync(cancellationToken);
        }
    }

    private Health Of(Observation seen, IReadOnlyList<Condition> found)
    {
        var up = seen.Nodes.Count(n => n.Ok);
        var manifest = seen.Manifest;
        return new(Status(found.All(c => c.Level < AlertLevel.Error)))
        {
            LastBackup = manifest?.Latest() is { } last ? BackupSummary.Of(last) : null,
            LastSuccess = manifest is null ? null : new(LastSuccess.Of(manifest, BackupType.Full), LastSuccess.Of(manifest, BackupType.Incremental)),
            LastProven = manifest is null ? null : ProvenRestore.Of(manifest),
            NextBackup = parts.Engine.Options.Watch.Next(seen.At),
            Schedules = parts.Schedules(),
            IpfsStatus = up == seen.Nodes.Count ? "ok" : up == 0 ? "down" : "degraded",
            Nodes = [.. seen.Nodes.Select(n => new NodeHealth(n.Name, n.Ok, n.Agent, n.Problem))],
            Problems = [.. found.Select(c => new HealthProblem(c.Event, c.Subject, Human.Word(c.Level), c.Message, c.Hint))],
        };
    }
}
