using System.Diagnostics.Metrics;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>The values of one instrument with one set of labels: a sum, the last value, or, with bounds, how many measurements are at most so large.</summary>
internal sealed class MetricSeries(IReadOnlyList<KeyValuePair<string, string>> labels, IReadOnlyList<double> bounds)
{
    private readonly long[] _counts = new long[bounds.Count];

    public IReadOnlyList<KeyValuePair<string, string>> Labels => labels;

    public double Value { get; private set; }

    public long Count { get; private set; }

    /// <summary>Each bound with the number of measurements up to it.</summary>
    public IEnumerable<(double Bound, long Count)> Buckets => bounds.Zip(_counts);

    public void Add(double measured)
    {
        Value += measured;
        Count++;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (measured <= bounds[i]) _counts[i]++;
        }
    }

    public void Set(double measured) => Value = measured;
}

/// <summary>An instrument and its series by their labels.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    private readonly SortedDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<double> _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];

    public string Name { get; } = MetricName.Of(instrument);

    public string Type { get; } = MetricName.TypeOf(instrument);

    public string Description => instrument.Description ?? "";

    public IEnumerable<MetricSeries> Series => _series.Values;

    public void Measured(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, tag) in tags)
        {
            if (tag is not null) labels.Add(new(name, $"{tag}"));
        }
        var key = string.Join('\u0001', labels.Select(l => $"{l.Key}\u0001{l.Value}"));
        if (!_series.TryGetValue(key, out var series)) _series[key] = series = new(labels, _bounds);
        if (Type == "gauge") series.Set(value);
        else series.Add(value);
    }

    /// <summary>Forgets what was: for a gauge, whose labels may have gone.</summary>
    public void Clear() => _series.Clear();
}
