using BackupFunctions.Configuration;
using BackupFunctions.Telemetry.Tracing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BackupFunctions.Telemetry;

/// <summary>
/// Sends traces and metrics to a collector, by the standard settings of OpenTelemetry (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>_HEADERS</c>, <c>_PROTOCOL</c> and the others), from the environment or <c>.env</c>. A collector that
/// is down costs nothing but what it would have got. Disposing sends what waits, for some seconds at most.
/// </summary>
public sealed class OtlpExport : IDisposable
{
    private const int PartingMilliseconds = 3000;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private OtlpExport(TracerProvider traces, MeterProvider metrics) => (_traces, _metrics) = (traces, metrics);

    /// <summary>Begins to send; null when no endpoint is set.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="service">The name under which the collector knows this process, unless OTEL_SERVICE_NAME says another.</param>
    public static OtlpExport? Start(SettingsSource settings, string service)
    {
        if (settings.Get(SettingNames.OtlpEndpoint) is null) return null;
        var values = settings.Names.Where(n => n.StartsWith("OTEL_", StringComparison.Ordinal)).ToDictionary(n => n, n => (string?)settings.Get(n));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var resource = ResourceBuilder.CreateEmpty().AddService(values.GetValueOrDefault("OTEL_SERVICE_NAME") ?? service, serviceVersion: BackupTracing.Version).AddTelemetrySdk();
        return new(
            Sdk.CreateTracerProviderBuilder().ConfigureServices(s => s.AddSingleton<IConfiguration>(configuration)).SetResourceBuilder(resource).AddSource(BackupTracing.SourceName).AddOtlpExporter().Build(),
            Sdk.CreateMeterProviderBuilder().ConfigureServices(s => s.AddSingleton<IConfiguration>(configuration)).SetResourceBuilder(resource).AddMeter(BackupTracing.SourceName).AddOtlpExporter().Build());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces.Shutdown(PartingMilliseconds);
        _metrics.Shutdown(PartingMilliseconds);
        _traces.Dispose();
        _metrics.Dispose();
    }
}
