namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// One key of an index with the record it leads to. A bound has <see cref="long.MinValue"/> or <see cref="long.MaxValue"/> as its record
/// and may have fewer values than the index has fields.
/// </summary>
internal readonly record struct IndexEntry(RawValue First, RawValue[]? Rest, long RecordId)
{
    public static IndexEntry Of(ReadOnlySpan<RawValue> values, long recordId) =>
        new(values[0], values.Length > 1 ? values[1..].ToArray() : null, recordId);

    /// <summary>The values with each field's direction, then the record.</summary>
    internal sealed class Order(bool[] descending) : IComparer<IndexEntry>
    {
        public int Compare(IndexEntry x, IndexEntry y)
        {
            var order = CompareValues(x, y);
            return order != 0 ? order : x.RecordId.CompareTo(y.RecordId);
        }

        /// <summary>Compares the values that both have.</summary>
        public int CompareValues(IndexEntry x, IndexEntry y)
        {
            var order = BsonOrder.Compare(x.First, y.First);
            if (order != 0) return descending[0] ? -order : order;
            if (x.Rest is null || y.Rest is null) return 0;
            for (var i = 0; i < Math.Min(x.Rest.Length, y.Rest.Length); i++)
            {
                order = BsonOrder.Compare(x.Rest[i], y.Rest[i]);
                if (order != 0) return descending[i + 1] ? -order : order;
            }
            return 0;
        }
    }
}

/// <summary>A stretch of an index in its own order: from the lower bound to just before the upper one; null is open.</summary>
internal readonly record struct IndexRange(IndexEntry? From, IndexEntry? To);
