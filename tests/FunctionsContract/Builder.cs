using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Starts a worker.</summary>
public static class FunctionsApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => throw Contract.Only();
}

/// <summary>Puts a worker together.</summary>
public sealed class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private FunctionsApplicationBuilder() => throw Contract.Only();

    public IDictionary<object, object> Properties => throw Contract.Only();

    public IConfigurationManager Configuration => throw Contract.Only();

    public IHostEnvironment Environment => throw Contract.Only();

    public ILoggingBuilder Logging => throw Contract.Only();

    public IMetricsBuilder Metrics => throw Contract.Only();

    public IServiceCollection Services => throw Contract.Only();

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => throw Contract.Only();

    public IHost Build() => throw Contract.Only();
}

/// <summary>HTTP by ASP.NET Core.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) => throw Contract.Only();
}
