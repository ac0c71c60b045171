using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>The stretches of an index that hold every match of a filter, told by its conditions on the index's first field.</summary>
internal static class IndexBounds
{
    /// <summary>The stretches in index order, or null when the filter does not narrow this index.</summary>
    public static IReadOnlyList<IndexRange>? Of(IndexDefinition index, Filter filter, bool multikey)
    {
        var name = index.Fields[0].Name;
        var tests = filter.Conjuncts.OfType<PathFilter>().Where(f => f.Path.Length > 0 && IsAt(f, index.Fields[0], name)).Select(f => f.Test).ToList();
        foreach (var equal in tests.OfType<Comparison>().Where(c => c.Kind == ComparisonKind.Equal && IsUsable(c.Operand)))
        {
            return [Point(equal.Operand)];
        }
        foreach (var plain in tests.OfType<InTest>().Select(t => t.Plain))
        {
            if (plain is null) continue;
            var points = plain.Select(Point);
            return [.. index.Fields[0].Descending ? points.Reverse() : points];
        }
        // Over arrays, each condition may be met by another element, so that only one of them bounds the entries.
        var ranges = tests.OfType<Comparison>().Where(c => IsUsable(c.Operand) && c.Kind != ComparisonKind.Equal).Take(multikey ? 1 : int.MaxValue).ToList();
        return ranges.Count > 0 ? [Range(ranges, index.Fields[0].Descending)] : null;
    }

    public static bool ArePoints(IReadOnlyList<IndexRange> ranges) =>
        ranges.All(r => r is { From: { } from, To: { } to } && BsonOrder.Compare(from.First, to.First) == 0);

    private static bool IsAt(PathFilter filter, IndexField field, string name) =>
        filter.Path.Length == field.Path.Length && string.Equals(new IndexField(filter.Path, false).Name, name, StringComparison.Ordinal);

    // Null also stands for missing, and a whole array has no entry.
    private static bool IsUsable(RawValue operand) =>
        !operand.IsNullish && operand.Type is not (BsonType.Array or BsonType.RegularExpression);

    private static IndexRange Point(RawValue value) =>
        new(new IndexEntry(value, null, long.MinValue), new IndexEntry(value, null, long.MaxValue));

    private static IndexRange Range(List<Comparison> tests, bool descending)
    {
        IndexEntry? low = null, high = null;
        foreach (var test in tests)
        {
            var lower = test.Kind is ComparisonKind.Greater or ComparisonKind.GreaterOrEqual;
            // A bound that is kept lies before its entries at the start and behind them at the end of the stretch.
            var entry = new IndexEntry(test.Operand, null, lower != descending ? long.MinValue : long.MaxValue);
            if (lower) low = low is { } l && BsonOrder.Compare(l.First, entry.First) >= 0 ? l : entry;
            else high = high is { } h && BsonOrder.Compare(h.First, entry.First) <= 0 ? h : entry;
        }
        return descending ? new IndexRange(high, low) : new IndexRange(low, high);
    }
}
