using System.Diagnostics.Metrics;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>Listens to the meters of this product and remembers what it hears. Thread-safe.</summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();

    /// <summary>Begins to listen to these meters, all of whose instruments are there.</summary>
    public MetricCollector(params IReadOnlyList<Meter> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // not by its name: another engine in this process has a meter of the same
            if (!meters.Contains(instrument.Meter)) return;
            var family = new MetricFamily(instrument);
            lock (_gate) _families[family.Name] = family;
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Measured(family, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Measured(family, value, tags));
        _listener.Start();
    }

    /// <summary>Reads the gauges, and gives everything as the text that Prometheus reads.</summary>
    public string ToText()
    {
        // a callback comes back to Measured on this thread, and the lock lets it
        lock (_gate)
        {
            foreach (var gauge in _families.Values.Where(f => f.Type == "gauge")) gauge.Clear();
            _listener.RecordObservableInstruments();
            return PrometheusText.Of(_families.Values);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Measured(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate) ((MetricFamily)family!).Measured(value, tags);
    }
}
