using System.Diagnostics.Metrics;

namespace BackupFunctions.Tests.Telemetry;

/// <summary>Sums what is added to a counter by the code that is called from here; what other tests count meanwhile is left out.</summary>
internal sealed class CountedHere : IDisposable
{
    private readonly AsyncLocal<bool> _here = new() { Value = true };
    private readonly Dictionary<string, long> _sums = [];
    private readonly MeterListener _listener;

    /// <param name="counter">The instrument's name.</param>
    /// <param name="tag">The tag that the sums are told apart by; null: there is one sum, under an empty name.</param>
    public CountedHere(string counter, string? tag = null)
    {
        _listener = new() { InstrumentPublished = (instrument, l) => { if (instrument.Name == counter) l.EnableMeasurementEvents(instrument); } };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (!_here.Value) return;
            var name = "";
            foreach (var (key, of) in tags) if (key == tag) name = $"{of}";
            lock (_sums) _sums[name] = _sums.GetValueOrDefault(name) + value;
        });
        _listener.Start();
    }

    public IReadOnlyDictionary<string, long> Sums
    {
        get
        {
            lock (_sums) return new Dictionary<string, long>(_sums);
        }
    }

    public void Dispose() => _listener.Dispose();
}
