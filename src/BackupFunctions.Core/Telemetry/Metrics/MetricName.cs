using System.Diagnostics.Metrics;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>The name of an instrument in Prometheus, by the rules that OpenTelemetry has for it: so it is the same when metrics arrive by OTLP.</summary>
internal static class MetricName
{
    /// <summary><c>backupfunctions.uploaded</c>, a counter of bytes: <c>backupfunctions_uploaded_bytes_total</c>.</summary>
    public static string Of(Instrument instrument)
    {
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "1" => "_ratio", _ => "" };
        return $"{instrument.Name.Replace('.', '_')}{unit}{(IsCounter(instrument) ? "_total" : "")}";
    }

    /// <summary>counter, histogram or gauge.</summary>
    public static string TypeOf(Instrument instrument) => IsCounter(instrument) ? "counter" : instrument is Histogram<double> ? "histogram" : "gauge";

    private static bool IsCounter(Instrument instrument) => instrument is Counter<long>;
}
