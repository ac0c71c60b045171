using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Functions;

/// <summary>
/// The engine of this worker process, made when it is first needed: a worker with mistaken settings starts, and every function that needs them says
/// what is wrong. Thread-safe.
/// </summary>
public sealed class WorkerEngine(SettingsSource settings, TimeProvider time, IRandomSource random, ILoggerFactory loggers) : IDisposable
{
    private const OptionsScope Scope = OptionsScope.Source | OptionsScope.Catalog | OptionsScope.Key | OptionsScope.Nodes;

    private readonly Lock _gate = new();
    private BackupEngine? _engine;
    private ActivityRegistry? _activities;

    /// <summary>The engine; mistaken settings are one <see cref="ErrorKind.Configuration"/> that lists them all.</summary>
    public BackupEngine Engine
    {
        get
        {
            lock (_gate) return _engine ??= Make();
        }
    }

    /// <summary>What it can run.</summary>
    public ActivityRegistry Activities
    {
        get
        {
            var engine = Engine;
            lock (_gate) return _activities ??= engine.BackupActivityRegistry();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _engine?.Dispose();

    private BackupEngine Make() => new(BackupOptions.Load(settings, Scope), new(time, random, settings.Files, new LogNotifier(loggers.CreateLogger<LogNotifier>()), loggers));
}
