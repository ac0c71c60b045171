using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// The states of the last seconds, for reads of the past. It is bounded by time and by the bytes that nothing but these states keeps in memory.
/// Any thread may call it.
/// </summary>
internal sealed class History(long maxBytes)
{
    /// <summary>The default bound in bytes.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    // the tree nodes that a write copies: three trees of some twenty levels
    private const long BytesPerState = 2048;

    private const long BytesPerChange = 64;

    private readonly Lock _gate = new();
    private readonly List<StoreState> _states = [];
    private int _first;
    private long _bytes;

    /// <summary>How far back states are kept, in seconds before the majority commit point: <c>minSnapshotHistoryWindowInSeconds</c>.</summary>
    public int WindowSeconds { get; set; } = 300;

    /// <summary>States that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _states.Count - _first;
        }
    }

    /// <summary>Adds a state that is newer than all others.</summary>
    public void Add(StoreState state)
    {
        lock (_gate)
        {
            _states.Add(state);
            _bytes += Cost(state);
        }
    }

    /// <summary>Puts a state in place of the newest: of the same optime, with changes that are not in the oplog.</summary>
    public void ReplaceNewest(StoreState state)
    {
        lock (_gate) _states[^1] = state;
    }

    /// <summary>Forgets the states behind an optime.</summary>
    public void CutAfter(BsonTimestamp optime)
    {
        lock (_gate)
        {
            while (_states.Count > _first && _states[^1].Optime.Value > optime.Value)
            {
                _bytes -= Cost(_states[^1]);
                _states.RemoveAt(_states.Count - 1);
            }
        }
    }

    /// <summary>Forgets what no read at or after this optime's window needs, and the oldest beyond the bound in bytes.</summary>
    public void Prune(BsonTimestamp committed)
    {
        lock (_gate)
        {
            var oldest = committed.Timestamp - WindowSeconds;
            while (_states.Count - _first > 1 && (_bytes > maxBytes || _states[_first + 1].Optime.Timestamp < oldest))
            {
                _bytes -= Cost(_states[_first]);
                _states[_first++] = StoreState.Empty;
            }
            if (_first <= 1024 || _first < _states.Count / 2) return;
            _states.RemoveRange(0, _first);
            _first = 0;
        }
    }

    /// <summary>
    /// The state that holds at an optime: the newest at or before it, and the one after it, whose unit of writing may have logged entries up to
    /// the optime; null where there is none.
    /// </summary>
    public (StoreState? Holding, StoreState? After) Around(BsonTimestamp optime)
    {
        lock (_gate)
        {
            var (low, high) = (_first, _states.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_states[middle].Optime.Value <= optime.Value) low = middle + 1;
                else high = middle;
            }
            return (low > _first ? _states[low - 1] : null, low < _states.Count ? _states[low] : null);
        }
    }

    private static long Cost(StoreState state) => BytesPerState + (BytesPerChange * state.Journal.Changes) + state.Journal.SupersededBytes;
}
