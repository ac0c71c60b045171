using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Truth;

namespace BackupFunctions.Simulation.Bounds;

/// <summary>
/// All acknowledged writes, each at the time of its commit. The times are the oplog's, and each must lie within what the acknowledgement
/// allows: what is not in the oplog, is there twice, or was never acknowledged fails.
/// </summary>
internal sealed class AcknowledgedHistory
{
    private readonly List<(Optime At, Change Change)> _changes = [];

    public AcknowledgedHistory(IEnumerable<AcknowledgedWrite> writes, IEnumerable<CommittedEntry> entries)
    {
        var committed = new Dictionary<Change, Optime>();
        foreach (var entry in entries)
            foreach (var change in entry.Changes) committed.TryAdd(change, entry.At).ShouldBeTrue($"{change} is committed twice");
        foreach (var write in writes)
        {
            foreach (var change in write.Changes)
            {
                committed.Remove(change, out var at).ShouldBeTrue($"{change} was acknowledged and is not in the oplog");
                (at > write.Behind && at <= write.AtMost).ShouldBeTrue($"{change} at {at} was acknowledged behind {write.Behind}, at most at {write.AtMost}");
                _changes.Add((at!, change));
            }
        }
        committed.ShouldBeEmpty("each of these was committed and never acknowledged");
        _changes.Sort((a, b) => a.At.CompareTo(b.At));
    }

    /// <summary>The times of the commits, in order.</summary>
    public IReadOnlyList<Optime> Times => [.. _changes.Select(c => c.At).Distinct()];

    /// <summary>Exactly what was written up to and with this time.</summary>
    public Dictionary<string, long> At(Optime time)
    {
        var state = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (at, change) in _changes)
        {
            if (at > time) break;
            if (change.Value is { } value) state[change.Key] = value;
            else state.Remove(change.Key);
        }
        return state;
    }
}
