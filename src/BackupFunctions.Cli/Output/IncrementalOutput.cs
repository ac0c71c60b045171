using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>Prints runs of incremental backups.</summary>
internal static class IncrementalOutput
{
    private const string NotReplayable = "not_replayable";

    /// <summary>Gives the exit code: a gap weighs more than a missing copy.</summary>
    public static int Print(IncrementalResult result, Terminal terminal)
    {
        terminal.Result("incremental_result", result, () => Text(result));
        foreach (var warning in result.Backups.SelectMany(b => b.Warnings).Concat(result.Warnings)) terminal.Warning(warning);
        var copies = BackupOutput.ExitCode(result.Backups, terminal);
        if (result.Gaps.Count == 0) return copies;
        var gap = result.Gaps[^1];
        return terminal.Error(
            Human.Word(ErrorKind.OplogGap),
            $"continue the oplog behind {gap.After}: {Because(gap.Reason)}; {(gap.Resumes is null ? "a new full backup was made" : $"the chain goes on behind {gap.Resumes}")}",
            $"`backupfn windows` shows what can be restored{(gap.Reason == NotReplayable ? "" : "; a larger oplog or shorter intervals keep it from happening")}",
            ExitCodes.Of(ErrorKind.OplogGap));
    }

    /// <summary>A run that will be repeated.</summary>
    public static void Print(FailedRun failed, Terminal terminal) =>
        terminal.Warning($"{failed.Message}; trying again in {Human.Duration(TimeSpan.FromSeconds(failed.RetryAfter))}{(failed.Hint is null ? "" : $" ({failed.Hint})")}");

    private static string Text(IncrementalResult result)
    {
        var covered = result.CoveredTime is { } time ? $"covered through {Human.Time(time)} ({result.CoveredThrough})\n" : "";
        return result.Backups.Count == 0
            ? $"nothing was written that needs a backup\n{covered}"
            : string.Concat(result.Backups.Select(b => BackupText.Of(b) + "\n")) + covered;
    }

    private static string Because(string reason) => reason switch
    {
        "rolled_over" => "the oplog begins later",
        NotReplayable => "no restore can replay what is behind it",
        _ => "this entry was rolled back",
    };
}
