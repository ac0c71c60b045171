using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Functions;
using BackupFunctions.Telemetry.Tracing;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton<IRandomSource, SystemRandomSource>()
    .AddSingleton(_ => SettingsSource.FromProcess(new DiskFiles()))
    .AddSingleton<HttpApi>()
    .AddSingleton<ActivityRunner>()
    .AddSingleton<WorkerEngine>();
var telemetry = builder.Services.AddOpenTelemetry();
telemetry.UseFunctionsWorkerDefaults();
telemetry.WithTracing(tracing => tracing.AddSource(BackupTracing.SourceName)).WithMetrics(metrics => metrics.AddMeter(BackupTracing.SourceName));
if (builder.Configuration[SettingNames.OtlpEndpoint] is { Length: > 0 }) telemetry.UseOtlpExporter();
await builder.Build().RunAsync();
