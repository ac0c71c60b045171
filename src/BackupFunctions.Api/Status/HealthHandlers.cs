using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Ipfs;
using BackupFunctions.Telemetry;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Status;

/// <summary>Says how it stands. What it found out holds for some seconds, so that anonymous callers cannot keep nodes busy.</summary>
public sealed class HealthHandlers(ApiParts parts)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private (DateTimeOffset At, Task<Health> Look)? _last;

    /// <summary><c>GET health/live</c>: the process answers.</summary>
    public Task<IResult> Live(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, () => Task.FromResult(Results.Json(new Health("healthy"), ApiJson.Options)));

    /// <summary><c>GET health/ready</c>: 200 when backups can be made: the catalogue and at least one node answer; else 503.</summary>
    public Task<IResult> Ready(HttpContext http) => Answer(http, _ => false);

    /// <summary><c>GET health</c>: as <see cref="Ready"/>; with the key also the last and the next backup, the last proven restore, the nodes and what is wrong.</summary>
    public Task<IResult> Get(HttpContext http) => Answer(http, parts.Key.IsIn);

    private Task<IResult> Answer(HttpContext http, Func<HttpRequest, bool> maySee) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var health = await Examine(http.RequestAborted);
        var status = health.Status == "healthy" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Results.Json(maySee(http.Request) ? health : new Health(health.Status), ApiJson.Options, statusCode: status);
    });

    // one look for all who ask meanwhile
    private Task<Health> Examine(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = parts.Time.GetUtcNow();
            if (_last is not { } last || (last.Look.IsCompleted && now - last.At >= Fresh)) _last = last = (now, Look());
            return last.Look.WaitAsync(cancellationToken);
        }
    }

    private async Task<Health> Look()
    {
        using var patience = new CancellationTokenSource(Patience, parts.Time);
        var problems = new List<string>();
        var manifest = await Try(async () => await parts.Engine.Catalog.ReadHead(patience.Token) is null ? null : await parts.Engine.Manifest.Load(patience.Token), problems.Add);
        var catalogueIsDown = problems.Count > 0;
        var nodes = await Task.WhenAll(parts.Engine.Nodes.Select(n => Look(n, patience.Token)));
        problems.AddRange(nodes.Select(n => n.Problem).OfType<string>());
        var up = nodes.Count(n => n.Ok);
        return new(!catalogueIsDown && up > 0 ? "healthy" : "unhealthy")
        {
            LastBackup = manifest?.Latest() is { } last ? BackupSummary.Of(last) : null,
            LastProven = manifest is null ? null : ProvenRestore.Of(manifest),
            NextBackup = parts.NextBackup(),
            Schedules = parts.Schedules(),
            IpfsStatus = up == nodes.Length ? "ok" : up == 0 ? "down" : "degraded",
            Nodes = nodes,
            Problems = problems,
        };
    }

    private async Task<NodeHealth> Look(IIpfsNode node, CancellationToken cancellationToken)
    {
        string? problem = null;
        var identity = await Try(() => node.Identify(cancellationToken)!, p => problem = p);
        return new(parts.Redactor.Redact(node.Name), identity is not null, identity?.Agent, problem);
    }

    private async Task<T?> Try<T>(Func<Task<T?>> look, Action<string> onProblem) where T : class
    {
        try
        {
            return await look();
        }
        catch (Exception e)
        {
            onProblem(parts.Redactor.Redact(e is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} seconds" : ErrorText.ForUser(e)));
            return null;
        }
    }
}
