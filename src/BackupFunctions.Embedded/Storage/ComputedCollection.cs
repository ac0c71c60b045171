using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>A seeded collection: a record's id is its ordinal plus one, and bounds are found by binary search.</summary>
internal sealed class ComputedCollection(Namespace ns, SeededCollection seed, Guid uuid)
    : Collection(ns, new CollectionOptions(seed.Options?.ToBson() ?? CollectionOptions.None, uuid))
{
    private const int SampledForSize = 32;

    private readonly Lazy<long> _dataSize = new(() => Estimate(seed));

    public override IReadOnlyList<IndexDefinition> Indexes { get; } = [IndexDefinition.Id];

    public override long Count => seed.Count;

    /// <summary>The average of some documents times their number.</summary>
    public override long DataSize => _dataSize.Value;

    public override IEnumerable<Record> Natural(bool forward, long? from = null) => forward
        ? Between(Math.Max((from ?? 1) - 1, 0), Count, forward)
        : Between(0, Math.Min(from ?? Count, Count), forward);

    public override IEnumerable<Record> Scan(IndexDefinition index, bool forward, IndexRange range) =>
        Between(range.From is { } from ? Place(from) : 0, range.To is { } to ? Place(to) : Count, forward);

    public override bool IsMultikey(IndexDefinition index) => false;

    public override bool Has(long id) => id >= 1 && id <= Count;

    public override Record At(long ordinal) => new(ordinal + 1, seed.Document(ordinal));

    private IEnumerable<Record> Between(long from, long to, bool forward)
    {
        for (var i = from; i < to; i++) yield return At(forward ? i : from + to - 1 - i);
    }

    /// <summary>The first ordinal at or behind a bound.</summary>
    private long Place(IndexEntry bound)
    {
        var (low, high) = (0L, Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var order = BsonOrder.Compare(At(middle).Document["_id"u8], bound.First);
            if (order < 0 || (order == 0 && bound.RecordId == long.MaxValue)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static long Estimate(SeededCollection seed)
    {
        if (seed.Count == 0) return 0;
        var (samples, bytes) = (Math.Min(SampledForSize, seed.Count), 0L);
        for (var i = 0L; i < samples; i++) bytes += seed.Document(i * (seed.Count / samples)).Length;
        return bytes * seed.Count / samples;
    }
}
