using System.CommandLine;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>config</c>.</summary>
internal sealed class ConfigCommand() : CliCommand("config", "Show the settings as they are resolved, secrets masked")
{
    private static readonly Column[] Columns = ["SETTING", "VALUE", "FROM"];

    public override Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var settings = ResolvedSetting.All(session.Io.Settings);
        var (options, problems) = BackupOptions.Check(session.Io.Settings, OptionsScope.Backup);
        session.Terminal.Result("config", new { settings, options.Warnings, problems }, () =>
            TextTable.Render(Columns, settings.Select(s => (IReadOnlyList<string>)[s.Name, s.Value ?? "", s.Origin])));
        foreach (var warning in options.Warnings) session.Terminal.Warning(warning);
        return problems.Count == 0 ? Task.FromResult(ExitCodes.Ok) : throw SettingProblem.ToException(problems);
    }
}
