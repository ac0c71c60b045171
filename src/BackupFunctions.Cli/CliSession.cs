using System.CommandLine;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Cli;

/// <summary>What the commands of one run share: settings, terminal, logs.</summary>
public sealed partial class CliSession : IDisposable
{
    private const string Service = "backupfn";
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private OtlpExport? _export;

    internal CliSession(CliIo io, GlobalOptions global, ParseResult parse)
    {
        Io = io;
        Redactor = SecretRedactor.From(io.Settings);
        Terminal = new Terminal(io, Redactor, json: GlobalOptions.Read(parse, global.Json), quiet: GlobalOptions.Read(parse, global.Quiet));
        _loggers = LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(global.LevelOf(parse));
            logging.AddProvider(Terminal is { Json: false, ErrorIsTerminal: true }
                ? new HumanLoggerProvider(Terminal.LogWriter, io.Time, Redactor)
                : new JsonLineLoggerProvider(io.Error, io.Time, Redactor, Service));
            if (RollingLogFile.Of(io.Settings) is { } file) logging.AddProvider(new JsonLineLoggerProvider(file, io.Time, Redactor, Service));
        });
        _logger = _loggers.CreateLogger<CliSession>();
    }

    /// <summary>The outside.</summary>
    public CliIo Io { get; }

    /// <summary>Knows the secrets that must not be shown.</summary>
    public SecretRedactor Redactor { get; }

    /// <summary>Where results and messages go.</summary>
    public Terminal Terminal { get; }

    /// <summary>Runs engine work with checked settings, logs, and progress shown when a person watches.</summary>
    internal Task<T> Run<T>(OptionsScope scope, Func<EngineRun, Task<T>> work) => Run(scope, [], work);

    /// <summary>The same with nodes at these addresses, if there are any, in place of those that are set.</summary>
    internal Task<T> Run<T>(OptionsScope scope, IReadOnlyList<string> nodes, Func<EngineRun, Task<T>> work)
    {
        var (options, problems) = BackupOptions.Check(Io.Settings, scope, nodes);
        // first, since a misspelt name may be why another setting is missing
        foreach (var warning in options.Warnings) Terminal.Warning(warning);
        if (problems.Count > 0) throw SettingProblem.ToException(problems);
        foreach (var setting in ResolvedSetting.All(Io.Settings).Where(s => s.Value is not null)) LogSetting(setting.Name, setting.Value!, setting.Origin);
        _export ??= OtlpExport.Start(Io.Settings, "backupfunctions-cli");
        return Terminal.WithProgress(progress => work(new EngineRun(options, _loggers, progress)));
    }

    internal void LogFailure(Exception error) => LogStack(error);

    /// <inheritdoc/>
    public void Dispose()
    {
        _export?.Dispose();
        _loggers.Dispose();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "setting {Name}={Value} ({Origin})")]
    private partial void LogSetting(string name, string value, string origin);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "command failed")]
    private partial void LogStack(Exception error);
}
