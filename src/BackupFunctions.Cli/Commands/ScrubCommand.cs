using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>scrub [--all]</c>.</summary>
internal sealed class ScrubCommand : CliCommand
{
    private static readonly Column[] Columns =
        ["COPY", "SLICE", new("CHECKED", true), new("HEALED", true), new("REPINNED", true), new("LOST", true), new("UNHEALED", true), "FAULT"];

    private readonly IEngineCommands _engine;
    private readonly Option<bool> _all = new("--all") { Description = "Read every block, not only the next slice" };

    public ScrubCommand(IEngineCommands engine) : base("scrub", "Read blocks of all copies, and heal what is missing or damaged")
    {
        _engine = engine;
        Add(_all);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.Scrub(new(parse.GetValue(_all)), run, cancellationToken));
        session.Terminal.Result("scrub_result", result, () => TextTable.Render(Columns, result.Copies.Select(Row)));
        foreach (var copy in result.Copies.Where(c => c.Healed + c.Repinned > 0))
            session.Terminal.Warning($"{copy.Node}: {Human.Count(copy.Healed)} blocks were brought from another copy, {Human.Count(copy.Repinned)} pins set again; the first problem: {copy.Problem}");
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        return Judge(result, session.Terminal);
    }

    private static int Judge(ScrubSummary result, Terminal terminal)
    {
        var lost = result.Copies.Sum(c => c.Lost);
        if (lost > 0)
            return terminal.Error(Human.Word(ErrorKind.Corrupt), $"scrub: no copy has {Human.Count(lost)} blocks, which these backups need: {string.Join(", ", result.Affected)}",
                "make a full backup: it stores anew what is still in the source", ExitCodes.Of(ErrorKind.Corrupt));
        var faults = result.Copies.Where(c => c.Fault is not null || c.Unhealed > 0).Select(c => $"{c.Node}: {c.Fault ?? c.Problem}").ToList();
        return faults.Count == 0 ? ExitCodes.Ok
            : terminal.Error(Human.Word(ErrorKind.Partial), $"scrub: {string.Join("; ", faults)}", "repair the node and scrub again", ExitCodes.Of(ErrorKind.Partial));
    }

    private static IReadOnlyList<string> Row(ScrubbedNode c) =>
    [
        c.Node, $"{Human.Count(c.Slice)} of {Human.Count(c.Slices)}", Human.Count(c.Checked), Human.Count(c.Healed), Human.Count(c.Repinned), Human.Count(c.Lost), Human.Count(c.Unhealed), c.Fault ?? "",
    ];
}
