using System.Globalization;

namespace BackupFunctions.Benchmarks.Reporting;

/// <summary>A row per result, for people.</summary>
internal sealed class TableReport(TextWriter output) : IReport
{
    private bool _begun;

    /// <inheritdoc/>
    public void Add(MeasureResult result)
    {
        if (!_begun) output.WriteLine($"{"measure",-28} {"ratio",8}  {"goal",-8} {"",-6}  details");
        _begun = true;
        var goal = (result.AtLeast ? "≥ " : "≤ ") + Number(result.Goal);
        var details = string.Join(", ", result.Details.Select(d => $"{d.Name} {Number(Math.Round(d.Value, 2))}"));
        output.WriteLine($"{result.Measure,-28} {Number(Math.Round(result.Ratio, 4)),8}  {goal,-8} {(result.Ok ? "ok" : "missed"),-6}  {details}");
        output.Flush();
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
