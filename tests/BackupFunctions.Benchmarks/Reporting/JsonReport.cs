using System.Text.Json.Nodes;

namespace BackupFunctions.Benchmarks.Reporting;

/// <summary>A line of JSON per result: <c>{"measure":"seal_vs_primitives","ratio":0.86,"goal":0.85,"ok":true,…}</c>.</summary>
internal sealed class JsonReport(TextWriter output) : IReport
{
    /// <inheritdoc/>
    public void Add(MeasureResult result)
    {
        var line = new JsonObject
        {
            ["measure"] = result.Measure,
            ["ratio"] = Math.Round(result.Ratio, 4),
            ["goal"] = result.Goal,
            ["ok"] = result.Ok,
        };
        foreach (var (name, value) in result.Details) line[name] = Math.Round(value, 2);
        output.WriteLine(line.ToJsonString());
        output.Flush();
    }
}
