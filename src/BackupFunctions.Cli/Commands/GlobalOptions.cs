using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string> _logLevel = new("--log-level")
    {
        Description = "What is logged on standard error (default: warn, with --quiet: error)",
        Recursive = true,
        HelpName = "debug|info|warn|error",
    };

    public GlobalOptions() => _logLevel.AcceptOnlyFromAmong("debug", "info", "warn", "error");

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print results as JSON lines with message_type",
        Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "No progress and no warnings: results and errors only",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        root.Add(Json);
        root.Add(Quiet);
        root.Add(_logLevel);
    }

    /// <summary>The value of an option, or the default of its type when it was given wrongly: errors are printed by these options too.</summary>
    public static T? Read<T>(ParseResult parse, Option<T> option) => parse.GetResult(option)?.Errors.Any() == true ? default : parse.GetValue(option);

    public LogLevel LevelOf(ParseResult parse) => Read(parse, _logLevel) switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => Read(parse, Quiet) ? LogLevel.Error : LogLevel.Warning,
    };
}
