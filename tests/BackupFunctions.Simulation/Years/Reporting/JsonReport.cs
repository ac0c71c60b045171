using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupFunctions.Simulation.Years.Reporting;

/// <summary>A JSON object a line: <c>step</c>, <c>violation</c>, <c>statistics</c>, and last the <c>summary</c>.</summary>
internal sealed class JsonReport(TextWriter output, int seed) : IYearsReport
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Tell(StepReport step)
    {
        Write(new { MessageType = "step", Seed = seed, step.Day, step.Step, step.At, step.What, Outcome = step.Outcome.ToString().ToLowerInvariant(), step.Reason, step.Listed, step.Opened, RestoresChecked = step.Restored, Violations = step.Violations.Count });
        foreach (var violation in step.Violations) Write(new { MessageType = "violation", Seed = seed, step.Day, step.Step, step.What, Violation = violation });
    }

    public void End(YearsTotals totals, TimeSpan took)
    {
        Write(new { MessageType = "statistics", Seed = seed, totals.Steps, totals.Failed, totals.Killed, BackupsOpened = totals.Opened, totals.Runs, totals.Faults, Seconds = Math.Round(took.TotalSeconds, 1) });
        Write(new { MessageType = "summary", totals.Days, RestoresChecked = totals.Restored, totals.Violations });
    }

    private void Write<T>(T line) => output.WriteLine(JsonSerializer.Serialize(line, s_options));
}
