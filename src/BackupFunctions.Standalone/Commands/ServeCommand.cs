using System.CommandLine;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Scheduling;
using BackupFunctions.Standalone.Serving;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Standalone.Commands;

/// <summary><c>serve</c>: schedules, HTTP and durable runs, until the process is told to stop.</summary>
internal static partial class ServeCommand
{
    public static Command Create(StandaloneIo io)
    {
        var command = new Command("serve", "Make backups by schedule and serve the HTTP API until Ctrl-C; settings as in docs/cli.md and docs/http-api.md");
        command.SetAction((_, cancellationToken) => Serve(io, cancellationToken));
        return command;
    }

    private static async Task<int> Serve(StandaloneIo io, CancellationToken cancellationToken)
    {
        try
        {
            var settings = SettingsSource.FromProcess(new DiskFiles());
            var redactor = SecretRedactor.From(settings);
            var (options, host) = await Load(io, settings);
            using var loggers = Loggers(io, settings, redactor);
            var logger = loggers.CreateLogger(nameof(ServeCommand));
            foreach (var setting in ResolvedSetting.All(settings).Where(s => s.Value is not null)) LogSetting(logger, setting.Name, setting.Value!, setting.Origin);
            foreach (var warning in options.Warnings) LogWarning(logger, warning);
            using var export = OtlpExport.Start(settings, "backupfunctions-standalone");
            await using var server = await StandaloneServer.Start(options, host, redactor, loggers, cancellationToken);
            await io.Out.WriteLineAsync($"listening on {server.Address.GetLeftPart(UriPartial.Authority)}");
            await io.Out.FlushAsync(CancellationToken.None);
            await UntilStopped.Wait(cancellationToken);
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is BackupException or IOException)
        {
            var (kind, hint) = ExitCodes.Classify(e);
            await io.Error.WriteLineAsync($"error: {ErrorText.ForUser(e)}");
            if (hint is not null) await io.Error.WriteLineAsync($"hint: {hint}");
            return ExitCodes.Of(kind);
        }
    }

    // lines for people at a terminal, else JSON; the file gets JSON in any case
    private static ILoggerFactory Loggers(StandaloneIo io, SettingsSource settings, SecretRedactor redactor) => LoggerFactory.Create(logging =>
    {
        const string service = "standalone";
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // what keeps it from starting is the error of the command
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddProvider(io.Interactive ? new HumanLoggerProvider(io.Error, TimeProvider.System, redactor) : new JsonLineLoggerProvider(io.Error, TimeProvider.System, redactor, service));
        if (RollingLogFile.Of(settings) is { } file) logging.AddProvider(new JsonLineLoggerProvider(file, TimeProvider.System, redactor, service));
    });

    // what is wrong with the engine's settings and with the host's is told together
    private static async Task<(BackupOptions, HostOptions)> Load(StandaloneIo io, SettingsSource settings)
    {
        var (options, wrong) = BackupOptions.Check(settings, OptionsScope.Backup);
        var (host, more) = HostOptions.Check(settings, Schedule.IsValid);
        if (wrong.Union(more).ToList() is not { Count: > 0 } problems) return (options, host);
        // there is no log yet, and a misspelt name may be why another setting is missing
        foreach (var warning in options.Warnings) await io.Error.WriteLineAsync($"warning: {warning}");
        throw SettingProblem.ToException(problems);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "setting {Name}={Value} ({Origin})")]
    private static partial void LogSetting(ILogger logger, string name, string value, string origin);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
