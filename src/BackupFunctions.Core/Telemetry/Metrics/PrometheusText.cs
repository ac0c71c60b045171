using System.Globalization;
using System.Text;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>The text exposition format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
public static class PrometheusText
{
    /// <summary>The media type with its version.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    // what was never measured is described all the same, so that whoever looks finds its name
    internal static string Of(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n');
            foreach (var series in family.Series)
            {
                if (family.Type == "histogram") Histogram(text, family.Name, series);
                else Sample(text, family.Name, series.Labels, series.Value);
            }
        }
        return text.ToString();
    }

    private static void Histogram(StringBuilder text, string name, MetricSeries series)
    {
        foreach (var (bound, count) in series.Buckets) Sample(text, $"{name}_bucket", [.. series.Labels, new("le", Number(bound))], count);
        Sample(text, $"{name}_bucket", [.. series.Labels, new("le", "+Inf")], series.Count);
        Sample(text, $"{name}_sum", series.Labels, series.Value);
        Sample(text, $"{name}_count", series.Labels, series.Count);
    }

    private static void Sample(StringBuilder text, string name, IReadOnlyList<KeyValuePair<string, string>> labels, double value)
    {
        text.Append(name);
        if (labels.Count > 0) text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\"")).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
