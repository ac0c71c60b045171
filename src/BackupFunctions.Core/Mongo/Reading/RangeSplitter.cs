using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// Splits a collection into ranges of <c>_id</c> that are read at once. Split points of the last backup stay where they are while their ranges
/// are of a reasonable size, so that unchanged documents fall into the same chunks again.
/// </summary>
public sealed class RangeSplitter(IIdSampler sampler)
{
    /// <summary>The least that a range aims at.</summary>
    public const long LeastTarget = 256L << 20;

    private const int MostRanges = 1024;
    private const int SamplesPerRange = 32;
    private const int FewestSamplesPerRange = 8;
    private const int MostSamples = 20_000;

    /// <summary>What a range aims at for a collection of this size, in bytes: 256 MiB, or more where that would be over 1,024 ranges.</summary>
    public static long TargetBytes(long bytes) => Math.Max(LeastTarget, bytes / MostRanges);

    /// <summary>Ranges that cover the whole collection in order, without overlap. One range when it must not be split or is small.</summary>
    public Task<IReadOnlyList<KeyRange>> Split(CollectionSpec spec, IReadOnlyList<RawBsonDocument> previous, CancellationToken cancellationToken) =>
        Split(spec, previous, TargetBytes(spec.Bytes), cancellationToken);

    /// <summary>The same for another size of ranges.</summary>
    public async Task<IReadOnlyList<KeyRange>> Split(
        CollectionSpec spec, IReadOnlyList<RawBsonDocument> previous, long target, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target, 1);
        if (!spec.CanSplit || spec.Bytes <= target / 2 || (previous.Count == 0 && spec.Bytes <= 2 * target)) return [KeyRange.All];
        var points = Sorted(previous);
        var samples = Sorted(await sampler.Sample(spec.DataNamespace, SampleCount(spec, points.Count, target), cancellationToken).ConfigureAwait(false));
        if (samples.Count > 0) points = Refine(Merge(points, samples, spec.Bytes, target), samples, spec.Bytes, target);
        return Ranges(points);
    }

    // up to a twentieth of the documents the server samples by jumping about, beyond that by a scan
    private static int SampleCount(CollectionSpec spec, int previous, long target)
    {
        var ranges = (spec.Bytes / target) + previous + 1;
        var wanted = Math.Min(ranges * SamplesPerRange, MostSamples);
        var cheap = Math.Max(spec.Documents / 25, ranges * FewestSamplesPerRange);
        return (int)Math.Clamp(Math.Min(wanted, cheap), 1, MostSamples);
    }

    // drops points whose two ranges together hold less than half the target
    private static List<RawBsonDocument> Merge(List<RawBsonDocument> points, List<RawBsonDocument> samples, long bytes, long target)
    {
        var kept = new List<RawBsonDocument>();
        var position = 0;
        long left = 0;
        for (var i = 0; i < points.Count; i++)
        {
            left += Advance(samples, ref position, points[i]);
            var peek = position;
            var right = i + 1 < points.Count ? Advance(samples, ref peek, points[i + 1]) : samples.Count - position;
            if (Estimate(left + right, samples.Count, bytes) < target / 2) continue;
            kept.Add(points[i]);
            left = 0;
        }
        return kept;
    }

    // adds points inside ranges that hold more than twice the target
    private static List<RawBsonDocument> Refine(List<RawBsonDocument> points, List<RawBsonDocument> samples, long bytes, long target)
    {
        var refined = new List<RawBsonDocument>();
        var position = 0;
        for (var i = 0; i <= points.Count; i++)
        {
            var start = position;
            var count = i < points.Count ? Advance(samples, ref position, points[i]) : samples.Count - start;
            var estimate = Estimate(count, samples.Count, bytes);
            var parts = estimate > 2 * target ? (long)Math.Round((double)estimate / target) : 1;
            for (var part = 1; part < parts; part++)
            {
                var candidate = samples[(int)(start + (count * part / parts))];
                if (refined.Count == 0 || BsonOrder.Instance.Compare(candidate, refined[^1]) > 0) refined.Add(candidate);
            }
            if (i < points.Count) refined.Add(points[i]);
        }
        return refined;
    }

    // how many samples lie before the point, from the position on
    private static long Advance(List<RawBsonDocument> samples, ref int position, RawBsonDocument point)
    {
        var start = position;
        while (position < samples.Count && BsonOrder.Instance.Compare(samples[position], point) < 0) position++;
        return position - start;
    }

    private static long Estimate(long count, int samples, long bytes) => (long)((double)bytes * count / samples);

    private static List<RawBsonDocument> Sorted(IReadOnlyList<RawBsonDocument> ids)
    {
        var sorted = ids.Order(BsonOrder.Instance).ToList();
        for (var i = sorted.Count - 1; i > 0; i--)
        {
            if (BsonOrder.Instance.Compare(sorted[i - 1], sorted[i]) == 0) sorted.RemoveAt(i);
        }
        return sorted;
    }

    private static List<KeyRange> Ranges(List<RawBsonDocument> points)
    {
        var ranges = new List<KeyRange>(points.Count + 1);
        RawBsonDocument? min = null;
        foreach (var point in points)
        {
            ranges.Add(new KeyRange(min, point));
            min = point;
        }
        ranges.Add(new KeyRange(min, null));
        return ranges;
    }
}
