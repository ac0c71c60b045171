using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton<IRandomSource, SystemRandomSource>()
    .AddSingleton(_ => SettingsSource.FromProcess(new DiskFiles()))
    .AddSingleton<HttpApi>()
    .AddSingleton<ActivityRunner>()
    .AddSingleton<WorkerEngine>();
await builder.Build().RunAsync();
