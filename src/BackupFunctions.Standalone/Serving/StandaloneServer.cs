using System.Net.Sockets;
using System.Text.Json;
using System.Threading.RateLimiting;
using BackupFunctions.Ambient;
using BackupFunctions.Api;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Notifications;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Durable;
using BackupFunctions.Standalone.Durable.Journal;
using BackupFunctions.Standalone.Scheduling;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Standalone.Serving;

/// <summary>The whole host in this process: engine, journal, schedules and HTTP. Disposing stops it and leaves what runs in the journal.</summary>
internal sealed class StandaloneServer : IAsyncDisposable
{
    private const int MaxBody = 64 * 1024, RequestsPerSecond = 50, Burst = 200;
    private const string Live = "/api/health/live";

    private readonly BackupEngine _engine;
    private readonly JournalDatabase _database;
    private readonly JournalHost _host;
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _scheduling;

    private StandaloneServer(BackupEngine engine, JournalDatabase database, JournalHost host, WebApplication app, Scheduler scheduler, WatchLoop? watch)
    {
        (_engine, _database, _host, _app) = (engine, database, host, app);
        _scheduling = Task.WhenAll(Task.Run(() => scheduler.Run(_stopping.Token)), watch is null ? Task.CompletedTask : Task.Run(() => watch.Run(_stopping.Token)));
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts everything; unfinished runs go on.</summary>
    public static async Task<StandaloneServer> Start(BackupOptions options, HostOptions host, SecretRedactor redactor, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var (time, random) = (TimeProvider.System, new SystemRandomSource());
        if (host.ApiKey is { } key) redactor.Add(key);
        if (options.Alerts.Webhook is { } webhook) redactor.AddSecret(webhook.Url.OriginalString);
        if (options.Alerts.Smtp?.Password is { } password) redactor.Add(password);
        var engine = new BackupEngine(options, new(time, random, new DiskFiles(), new LogNotifier(loggers.CreateLogger<LogNotifier>()), loggers) { Scratch = Scratch });
        JournalDatabase? database = null;
        JournalHost? journal = null;
        WebApplication? app = null;
        try
        {
            // counts from here on
            _ = engine.Metrics;
            database = JournalDatabase.Open(host.Journal);
            var store = new JournalStore(database);
            journal = new JournalHost(store, new EngineWorkflows(engine, redactor, time), time, random, redactor.Redact, loggers.CreateLogger<JournalHost>());
            var scheduler = new Scheduler(Schedules(host, engine), journal, store, time, loggers.CreateLogger<Scheduler>());
            app = Build(host, new(engine, journal, new ApiKey(host.ApiKey) { IsOpenWhenUnset = true }, redactor, time, random) { Instances = journal, Schedules = scheduler.Upcoming }, loggers);
            await Listen(app, host.Listen, cancellationToken);
            journal.ResumeAll();
            var watch = host.WatchSchedule is { } moments ? new WatchLoop(Schedule.Parse(moments), engine.WatchOver, time, loggers.CreateLogger<WatchLoop>()) : null;
            return new(engine, database, journal, app, scheduler, watch);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            if (journal is not null) await journal.DisposeAsync();
            database?.Dispose();
            engine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _stopping.CancelAsync();
        await _scheduling;
        await _host.DisposeAsync();
        _database.Dispose();
        _engine.Dispose();
        _stopping.Dispose();
    }

    private static async Task Listen(WebApplication app, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            var cause = (e as SocketException ?? e.GetBaseException() as SocketException)?.Message ?? e.Message;
            throw new BackupException(ErrorKind.Failed, $"listen on {address.GetLeftPart(UriPartial.Authority)} (BACKUP_LISTEN): {cause}",
                "stop what listens there, or set another address, for example BACKUP_LISTEN=http://127.0.0.1:7072");
        }
    }

    private static async Task<ScratchServer> Scratch(CancellationToken cancellationToken)
    {
        var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken);
        return new(server.ConnectionString, server);
    }

    private static WebApplication Build(HostOptions host, ApiParts parts, ILoggerFactory loggers)
    {
        // nothing of ASP.NET Core's own configuration: settings come from one place
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(host.Listen.GetLeftPart(UriPartial.Authority));
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody + 1024;
        });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.AddRateLimiter(limiter =>
        {
            // whether the process answers can be asked at any time: others behind the same proxy must not make it look dead
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => http.Request.Path == Live ? RateLimitPartition.GetNoLimiter(Live) : RateLimitPartition.GetTokenBucketLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "", _ => new() { TokenLimit = Burst, TokensPerPeriod = RequestsPerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 }));
            limiter.OnRejected = async (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "1";
                await ProblemResults.Of(ProblemResults.Make("too_many_requests", "too many requests", StatusCodes.Status429TooManyRequests, null)).ExecuteAsync(context.HttpContext);
            };
        });
        var app = builder.Build();
        app.UseRateLimiter();
        app.UseStatusCodePages(context => Unanswered(context.HttpContext));
        app.UseRouting();
        foreach (var route in ApiRoutes.Api(parts).Concat(ApiRoutes.Status(parts)))
        {
            app.MapMethods(route.Path, route.Methods, async http =>
            {
                await (await Answer(route, parts.Key, http)).ExecuteAsync(http);
            });
        }
        return app;
    }

    private static async Task<IResult> Answer(ApiRoute route, ApiKey key, HttpContext http)
    {
        if (!key.IsSet && !LocalRequest.Is(http.Request)) return ProblemResults.NotLocal();
        return route.IsAnonymous || key.IsIn(http.Request) ? await route.Handle(http) : ProblemResults.Unauthorized();
    }

    // what no route answered: an unknown path, a wrong method
    private static Task Unanswered(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ProblemResults.NotFound("there is no such route", "the dashboard is at /api/dashboard; /api/openapi.json lists all routes").ExecuteAsync(http),
        StatusCodes.Status405MethodNotAllowed => ProblemResults.Of(ProblemResults.Make("method_not_allowed", "this route takes another method", StatusCodes.Status405MethodNotAllowed, null)).ExecuteAsync(http),
        _ => Task.CompletedTask,
    };

    /// <summary>What these settings start by itself, and when.</summary>
    internal static List<ScheduledWorkflow> Schedules(HostOptions host, BackupEngine engine)
    {
        var workflows = new List<ScheduledWorkflow>();
        Add(FullBackupWorkflow.Name, host.FullSchedule, WorkflowInputs.Full(engine));
        Add(IncrementalBackupWorkflow.Name, host.IncrementalSchedule, WorkflowInputs.Incremental(engine));
        Add(ResumeUploadsWorkflow.Name, host.ResumeSchedule, WorkflowInputs.Resume());
        Add(RetentionWorkflow.Name, host.RetentionSchedule, WorkflowInputs.Retention());
        Add(ScrubWorkflow.Name, host.ScrubSchedule, WorkflowInputs.Scrub(engine));
        Add(RestoreDrillWorkflow.Name, host.DrillSchedule, WorkflowInputs.Drill());
        return workflows;

        void Add(string workflow, string? schedule, JsonElement input)
        {
            if (schedule is not null) workflows.Add(new(workflow, Schedule.Parse(schedule), input));
        }
    }
}
