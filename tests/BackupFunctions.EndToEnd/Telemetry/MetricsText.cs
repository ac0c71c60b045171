using System.Globalization;
using System.Text.RegularExpressions;

namespace BackupFunctions.EndToEnd.Telemetry;

/// <summary>What a host exposes, read by the grammar of the text format: a line that is not of it fails.</summary>
internal sealed partial class MetricsText
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    public MetricsText(string text)
    {
        text.ShouldEndWith("\n");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.Split(' ') is ["#", "TYPE", var name, var type])
            {
                _types.Add(name, type);
                continue;
            }
            var sample = SampleLine().Match(line);
            sample.Success.ShouldBeTrue(line);
            _types.Keys.ShouldContain(Family().Replace(sample.Groups["name"].Value, ""), line);
            _samples.Add(sample.Groups["series"].Value, double.Parse(sample.Groups["value"].Value.Replace("+Inf", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Families by their names, with their types.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Names that samples may have: a histogram has three.</summary>
    public IEnumerable<string> Names => _types.SelectMany(t => t.Value == "histogram" ? [$"{t.Key}_bucket", $"{t.Key}_sum", $"{t.Key}_count"] : new[] { t.Key });

    /// <summary>The value of a series, written as it stands in the text without the prefix.</summary>
    public double this[string series] => _samples.TryGetValue($"backupfunctions_{series}", out var value) ? value : throw new KeyNotFoundException($"{series} is not among\n{string.Join('\n', _samples.Keys)}");

    public bool Has(string series) => _samples.ContainsKey($"backupfunctions_{series}");

    [GeneratedRegex("""^(?<series>(?<name>[a-z][a-z0-9_]*)(\{[a-z]+="([^"\\\n]|\\["\\n])*"(,[a-z]+="([^"\\\n]|\\["\\n])*")*\})?) (?<value>[-+]?[0-9.]+(E[-+]?[0-9]+)?|[-+]Inf|NaN)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Family();
}
