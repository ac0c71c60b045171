using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>retention [--dry-run]</c>.</summary>
internal sealed class RetentionCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what stays and what goes, and why, and change nothing" };

    public RetentionCommand(IEngineCommands engine) : base("retention", "Remove the backups that no rule keeps, and unpin those removed before the grace period")
    {
        _engine = engine;
        Add(_dryRun);
    }

    public override Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken) =>
        parse.GetValue(_dryRun) ? Plan(session, cancellationToken) : Run(session, cancellationToken);

    private async Task<int> Plan(CliSession session, CancellationToken cancellationToken)
    {
        var plan = await session.Run(OptionsScope.List, run => _engine.PlanRetention(run, cancellationToken));
        session.Terminal.Result("retention_plan", plan, () => Text(plan));
        return ExitCodes.Ok;
    }

    private async Task<int> Run(CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => _engine.Retain(run, cancellationToken));
        session.Terminal.Result("retention_result", result, () => Text(result));
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        return result.Problems.Count == 0 ? ExitCodes.Ok : session.Terminal.Error(
            Human.Word(ErrorKind.Partial), $"carry out retention: {string.Join("; ", result.Problems)}", "what is left is done by the next run; repair the node", ExitCodes.Of(ErrorKind.Partial));
    }

    private static string Text(RetentionPlanResult plan)
    {
        if (plan.Items.Count == 0) return "no backups\n";
        var going = plan.Items.Where(i => !i.Keep).ToList();
        var since = plan.PointsSince is { } time ? $"every point that can be restored since {Human.Time(time)} stays so\n" : "";
        return RetentionText.Table(plan.Items, "goes") + $"{going.Count} of {plan.Items.Count} backups would go ({Human.Size(going.Sum(i => i.StoredBytes))} stored for them, some of it shared)\n{since}";
    }

    private static string Text(RetentionResult result)
    {
        var table = result.Items.Count == 0 ? "" : RetentionText.Table(result.Items, "removed");
        var more = result.Removed > result.Items.Count ? $"and {result.Removed - result.Items.Count} more\n" : "";
        return table + more + TextTable.Fields(
            ("kept", Human.Count(result.Kept)), ("removed", $"{Human.Count(result.Removed)} ({Human.Size(result.RemovedBytes)} stored for them, some of it shared)"), ("unpinned", Human.Count(result.Unpinned)),
            ("in grace", Human.Count(result.Waiting)), ("pending", Human.Count(result.Pending)), ("guards", Human.Count(result.GuardsReleased)), ("local", Human.Count(result.LocalUnpinned)),
            ("freed", Human.Size(result.CollectedBytes)));
    }
}
