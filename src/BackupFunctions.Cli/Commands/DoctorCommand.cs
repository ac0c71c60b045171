using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>doctor</c>.</summary>
internal sealed class DoctorCommand(IEngineCommands engine) : CliCommand("doctor", "Look for what would make a backup fail")
{
    private static readonly Column[] Columns = ["CHECK", "STATUS", "FINDING"];

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var (options, problems) = BackupOptions.Check(session.Io.Settings, OptionsScope.Backup);
        var result = problems.Count > 0
            ? Mistaken(options.Warnings, problems, session.Terminal)
            : await session.Run(OptionsScope.Backup, run => engine.Diagnose(run, cancellationToken));
        session.Terminal.Result("doctor_result", result, () => TextTable.Render(Columns, result.Findings.SelectMany(Rows)));
        var failed = result.Findings.Count(f => f.Status == FindingStatus.Failed);
        if (failed == 0) return ExitCodes.Ok;
        var kind = problems.Count > 0 ? ErrorKind.Configuration : ErrorKind.Failed;
        return session.Terminal.Error(Human.Word(kind), $"check for a backup: {failed} of {result.Findings.Count} findings would make it fail", null, ExitCodes.Of(kind));
    }

    private static DoctorResult Mistaken(IReadOnlyList<string> warnings, IReadOnlyList<SettingProblem> problems, Terminal terminal)
    {
        foreach (var warning in warnings) terminal.Warning(warning);
        return new([.. problems.Select(p => new Finding("settings", FindingStatus.Failed, $"{p.Setting} {p.Fault}", $"for example {p.Example}"))]);
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(Finding finding)
    {
        yield return [finding.Check, Human.Word(finding.Status), finding.Message];
        if (finding is { Status: not FindingStatus.Ok, Hint: not null }) yield return ["", "", $"hint: {finding.Hint}"];
    }
}
