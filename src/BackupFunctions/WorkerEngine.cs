using BackupFunctions.Ambient;
using BackupFunctions.Api.Restores;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Restore;
using BackupFunctions.Verification.Drills;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Functions;

/// <summary>
/// The engine of this worker process, made when it is first needed: a worker with mistaken settings starts, and every function that needs them says
/// what is wrong. Thread-safe.
/// </summary>
public sealed partial class WorkerEngine(SettingsSource settings, TimeProvider time, IRandomSource random, ILoggerFactory loggers) : IDisposable
{
    private const OptionsScope Scope = OptionsScope.Source | OptionsScope.Catalog | OptionsScope.Key | OptionsScope.Nodes;

    /// <summary>How long a restore drill may take, which is one activity and cannot go on where it was: what an instance that comes and goes may be asked for. The host itself ends no activity by its age (functionTimeout of host.json).</summary>
    internal static readonly TimeSpan DrillLimit = TimeSpan.FromMinutes(25);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private BackupEngine? _engine;
    private ActivityRegistry? _activities, _verificationActivities, _scrubActivities, _drillActivities, _rotationActivities;
    private OpenRestore? _restore;
    private bool _hasWarned;

    /// <summary>The engine; mistaken settings are one <see cref="ErrorKind.Configuration"/> that lists them all.</summary>
    public BackupEngine Engine
    {
        get
        {
            _gate.Wait();
            try
            {
                return _engine ??= Make();
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    /// <summary>The activities of backups.</summary>
    public ActivityRegistry Activities => _activities ??= Engine.BackupActivities();

    /// <summary>The activities of verifications.</summary>
    public ActivityRegistry VerificationActivities => _verificationActivities ??= Engine.VerificationActivities();

    /// <summary>The activities of scrubs.</summary>
    public ActivityRegistry ScrubActivities => _scrubActivities ??= Engine.ScrubActivities();

    /// <summary>The activities of restore drills.</summary>
    public ActivityRegistry DrillActivities => _drillActivities ??= Engine.DrillActivities();

    /// <summary>The activities of rotations of keys.</summary>
    public ActivityRegistry RotationActivities => _rotationActivities ??= Engine.RotationActivities();

    /// <summary>
    /// The activities of a restore into this target, kept open until another one is asked for. The deletion by age is not paused on the target, as a command
    /// does that runs a restore from its beginning to its end: a worker that is killed could not switch it on again. TTL indexes are built last.
    /// </summary>
    public async Task<ActivityRegistry> RestoreActivities(RestoreTarget target)
    {
        var engine = Engine;
        await _gate.WaitAsync();
        try
        {
            if (_restore?.Sealed == target.Sealed) return _restore.Activities;
            _restore?.Dispose();
            _restore = null;
            var endpoint = BackupEngine.Endpoint(await target.Open(engine.Keys, CancellationToken.None), "target", time);
            var session = engine.NewRestoreSession();
            return (_restore = new(target.Sealed, endpoint, session, engine.RestoreActivities(session, endpoint))).Activities;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _restore?.Dispose();
        _engine?.Dispose();
        _gate.Dispose();
    }

    private BackupEngine Make()
    {
        var (options, problems) = BackupOptions.Check(settings, Scope);
        // once, however many functions ask; first, since a misspelt name may be why another setting is missing
        if (!_hasWarned) foreach (var warning in options.Warnings) LogWarning(loggers.CreateLogger<WorkerEngine>(), warning);
        _hasWarned = true;
        if (problems.Count > 0) throw SettingProblem.ToException(problems);
        var engine = new BackupEngine(options, new(time, random, settings.Files, new LogNotifier(loggers.CreateLogger<LogNotifier>()), loggers)
        {
            Scratch = Scratch,
            DrillLimit = DrillLimit,
        });
        // counts from here on
        _ = engine.Metrics;
        return engine;
    }

    private static async Task<ScratchServer> Scratch(CancellationToken cancellationToken)
    {
        var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), cancellationToken);
        return new(server.ConnectionString, server);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    private sealed record OpenRestore(string Sealed, MongoEndpoint Target, RestoreSession Session, ActivityRegistry Activities) : IDisposable
    {
        public void Dispose()
        {
            Session.Dispose();
            Target.Dispose();
        }
    }
}
