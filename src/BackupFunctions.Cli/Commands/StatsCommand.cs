using System.CommandLine;
using System.Globalization;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>stats</c> with <see cref="BackupFilterOptions"/>.</summary>
internal sealed class StatsCommand : CliCommand
{
    private static readonly Column[] Columns =
        ["TYPE", new("BACKUPS", true), new("FAILED", true), new("SUCCESS", true), new("SIZE", true), new("STORED", true), new("NEW", true), new("RATIO", true), new("DEDUP", true), new("MEDIAN", true), new("LONGEST", true), "LAST (UTC)"];

    private readonly IEngineCommands _engine;
    private readonly BackupFilterOptions _filter = new();

    public StatsCommand(IEngineCommands engine) : base("stats", "Show what backups add up to: success, sizes, ratios, durations")
    {
        _engine = engine;
        _filter.AddTo(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.Statistics(_filter.Read(parse), run, cancellationToken));
        if (session.Terminal.Json)
        {
            foreach (var type in result.Types) session.Terminal.Result("statistics", type, () => "");
        }
        else if (result.Types.Count == 0)
        {
            session.Terminal.Note("no backups");
        }
        else
        {
            session.Terminal.Result("statistics", result, () => TextTable.Render(Columns, result.Types.Select(Row)));
        }
        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Row(TypeStatistics s) =>
    [
        Human.Word(s.Type), Human.Count(s.Backups), Human.Count(s.Failures), s.SuccessRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.0}%") : "",
        Human.Size(s.Bytes), Human.Size(s.StoredBytes), Human.Size(s.NewBytes), Ratio(s.CompressionRatio), Ratio(s.DeduplicationRatio),
        Human.Duration(TimeSpan.FromSeconds(s.MedianSeconds)), Human.Duration(TimeSpan.FromSeconds(s.LongestSeconds)), s.LastSuccess is { } last ? Human.Time(last) : "",
    ];

    private static string Ratio(double? ratio) => ratio is { } r ? string.Create(CultureInfo.InvariantCulture, $"{r:0.0}x") : "";
}
