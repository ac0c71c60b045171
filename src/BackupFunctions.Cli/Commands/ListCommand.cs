using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>list</c> with <see cref="BackupFilterOptions"/>.</summary>
internal sealed class ListCommand : CliCommand
{
    private static readonly Column[] Columns =
        ["ID", "TYPE", "STATE", "STARTED (UTC)", new("TOOK", true), new("DOCUMENTS", true), new("SIZE", true), new("STORED", true), "OPTIME", "ROOT"];

    private readonly IEngineCommands _engine;
    private readonly BackupFilterOptions _filter = new();

    public ListCommand(IEngineCommands engine) : base("list", "List backups, newest first")
    {
        _engine = engine;
        _filter.AddTo(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.List(_filter.Read(parse), run, cancellationToken));
        if (session.Terminal.Json)
        {
            foreach (var backup in result.Backups) session.Terminal.Result("backup", backup, () => "");
            if (result.LastProven is { } proven) session.Terminal.Result("last_proven", proven, () => "");
        }
        else if (result.Backups.Count == 0)
        {
            session.Terminal.Note("no backups");
        }
        else
        {
            session.Terminal.Result("backup", result, () => WindowText.Headline(result) + TextTable.Render(Columns, result.Backups.Select(Row)));
        }
        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Row(BackupSummary b) =>
    [
        b.Id, Human.Word(b.Type), Human.Word(b.State), Human.Time(b.StartedAt), Human.Duration(b.FinishedAt - b.StartedAt),
        Human.Count(b.Documents), Human.Size(b.Bytes), Human.Size(b.StoredBytes), BackupText.Covers(b), b.Root,
    ];
}
