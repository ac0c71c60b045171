namespace BackupFunctions.Telemetry.Metrics;

/// <summary>All metrics of an engine: what flows through this process from now on, and how its repository stands. Thread-safe.</summary>
public sealed class EngineMetrics : IDisposable
{
    private readonly RepositoryGauges _gauges;
    private readonly MetricCollector _collector;

    internal EngineMetrics(RepositoryGauges gauges) => (_gauges, _collector) = (gauges, new(FlowMetrics.Meter, gauges.Meter));

    /// <summary>As the text that Prometheus reads, see <see cref="PrometheusText"/>. What cannot be read within some seconds is left out.</summary>
    public async Task<string> ToPrometheus(CancellationToken cancellationToken)
    {
        await _gauges.Refresh().WaitAsync(cancellationToken);
        return _collector.ToText();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _collector.Dispose();
        _gauges.Dispose();
    }
}
