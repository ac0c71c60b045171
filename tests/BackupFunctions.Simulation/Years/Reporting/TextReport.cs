using System.Globalization;

namespace BackupFunctions.Simulation.Years.Reporting;

/// <summary>A line a step, for people.</summary>
internal sealed class TextReport(TextWriter output, int seed) : IYearsReport
{
    public void Tell(StepReport step)
    {
        Line($"day {step.Day}.{step.Step} {step.At:u} {step.What}: {step.Outcome.ToString().ToLowerInvariant()}{(step.Reason is { } reason ? $" ({reason})" : "")}; {step.Listed} listed, {step.Opened} opened, {step.Restored} restored");
        foreach (var violation in step.Violations) Line($"VIOLATION on day {step.Day}, step {step.Step} ({step.What}): {violation}; to see it again: --days {step.Day} --seed {seed}");
    }

    public void End(YearsTotals totals, TimeSpan took)
    {
        Line($"{string.Join(", ", totals.Runs.Select(r => $"{r.Value} {r.Key}"))}");
        Line($"faults: {string.Join(", ", totals.Faults.Select(r => $"{r.Value} {r.Key}"))}");
        Line($"{totals.Days} days, {totals.Steps} steps ({totals.Failed} failed, {totals.Killed} killed) in {took.TotalSeconds:F1} s: {totals.Restored} restores compared, {totals.Opened} backups opened, {totals.Violations} violations");
    }

    private void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
