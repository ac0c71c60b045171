using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>
/// How a collection is read: in natural order, or over stretches of an index. What is read may be more than what matches, never less.
/// </summary>
internal sealed class QueryPlan
{
    private IndexDefinition? _index;
    private IReadOnlyList<IndexRange> _ranges = [default];
    private bool _forward = true;
    private long? _from;
    private long? _to;

    /// <summary>Whether records come in the order asked for.</summary>
    public bool IsSorted { get; private set; }

    /// <summary>Whether it goes through the collection from the oldest record to the newest.</summary>
    public bool IsForward => _index is null && _forward;

    /// <summary>The first record id that can match, where the plan knows one.</summary>
    public long? From => _from;

    /// <summary>The last record id that can match, where the plan knows one.</summary>
    public long? To => _to;

    public IEnumerable<Record> Records(Collection collection)
    {
        if (_index is null)
        {
            var records = collection.Natural(_forward, _from);
            return _to is { } to ? records.TakeWhile(r => r.Id <= to) : records;
        }
        return Indexed(collection, _index);
    }

    private IEnumerable<Record> Indexed(Collection collection, IndexDefinition index)
    {
        var records = (_forward ? _ranges : _ranges.Reverse()).SelectMany(r => collection.Scan(index, _forward, r));
        return _ranges.Count > 1 && collection.IsMultikey(index) ? records.DistinctBy(r => r.Id) : records;
    }

    public static QueryPlan Choose(Collection collection, QueryRequest request)
    {
        var bounded = !request.Min.IsMissing || !request.Max.IsMissing;
        if (!request.Hint.IsNullish && !IsEmpty(request.Hint)) return Hinted(collection, request, bounded);
        if (bounded) throw new CommandException(51173, "Location51173", "When using min()/max() a hint of which index to use must be provided");
        if (NaturalDirection(request.Sort) is { } direction) return InNaturalOrder(collection, request, direction > 0);
        if (collection.Namespace == Namespace.Oplog) return InNaturalOrder(collection, request, forward: true);
        return ByFilter(collection, request) ?? BySort(collection, request) ?? new QueryPlan();
    }

    private static QueryPlan Hinted(Collection collection, QueryRequest request, bool bounded)
    {
        var sorted = NaturalDirection(request.Sort);
        if (NaturalDirection(request.Hint) is { } direction)
        {
            if (bounded) throw FilterParser.Bad("min and max are incompatible with a $natural hint");
            if (sorted is not null && sorted > 0 != direction > 0) throw FilterParser.Bad("$natural hint and $natural sort go in opposite directions");
            return InNaturalOrder(collection, request, direction > 0);
        }
        if (sorted is not null) throw FilterParser.Bad("hint of an index is incompatible with a $natural sort");
        var index = Find(collection, request.Hint);
        if (!index.IsOrdered) throw FilterParser.Bad($"hint names index {index.Name}, of a kind that this server keeps but does not read");
        var ranges = bounded ? [Bounds(index, request)] : IndexBounds.Of(index, request.Filter, collection.IsMultikey(index)) ?? [default];
        return new QueryPlan { _index = index, _ranges = ranges }.Ordered(collection, request.Sort);
    }

    private static IndexRange Bounds(IndexDefinition index, QueryRequest request)
    {
        IndexEntry? min = request.Min.IsMissing ? null : index.Bound(request.Min), max = request.Max.IsMissing ? null : index.Bound(request.Max);
        if (min is { } low && max is { } high && index.Order.Compare(low, high) >= 0)
        {
            throw new CommandException(51175, "Location51175", "The value provided for min() does not come properly before the value provided for max() in the hinted index");
        }
        return new IndexRange(min, max);
    }

    private static QueryPlan? ByFilter(Collection collection, QueryRequest request)
    {
        QueryPlan? best = null;
        foreach (var index in collection.Indexes.Where(i => i is { IsOrdered: true, Hidden: false, Partial: null }))
        {
            if (IndexBounds.Of(index, request.Filter, collection.IsMultikey(index)) is not { } ranges) continue;
            if (best is not null && !IndexBounds.ArePoints(ranges)) continue;
            best = new QueryPlan { _index = index, _ranges = ranges };
            if (index.IsId && IndexBounds.ArePoints(ranges)) break;
        }
        return best?.Ordered(collection, request.Sort);
    }

    private static QueryPlan? BySort(Collection collection, QueryRequest request)
    {
        if (request.Sort is null) return null;
        return collection.Indexes.Where(i => i is { IsComplete: true, Hidden: false })
            .Select(i => new QueryPlan { _index = i }.Ordered(collection, request.Sort)).FirstOrDefault(p => p.IsSorted);
    }

    /// <summary>Takes the direction that gives the order asked for, where this index can.</summary>
    private QueryPlan Ordered(Collection collection, SortOrder? sort)
    {
        if (sort is null || sort.Fields.Count > _index!.Fields.Length || !_index.IsComplete || collection.IsMultikey(_index)) return this;
        var reversed = sort.Fields[0].Descending != _index.Fields[0].Descending;
        for (var i = 0; i < sort.Fields.Count; i++)
        {
            var (asked, field) = (sort.Fields[i], _index.Fields[i]);
            if (asked.Name != field.Name || (asked.Descending != field.Descending) != reversed) return this;
        }
        (_forward, IsSorted) = (!reversed, true);
        return this;
    }

    private static IndexDefinition Find(Collection collection, RawValue hint)
    {
        var found = hint.Type switch
        {
            BsonType.String => collection.Indexes.FirstOrDefault(i => i.Name == hint.Text),
            BsonType.Document => collection.Indexes.FirstOrDefault(i => BsonOrder.Compare(i.Key, hint) == 0),
            _ => throw new CommandException(9, "FailedToParse", "Hint must be a string or an object"),
        };
        if (found is { Hidden: false }) return found;
        throw FilterParser.Bad($"error processing query: ns={collection.Namespace} planner returned error :: caused by :: hint provided does not correspond to an existing index");
    }

    private static double? NaturalDirection(RawValue hint)
    {
        if (hint.Type == BsonType.String && hint.Text == "$natural") return 1;
        return hint.IsDocument ? Values.Double(hint["$natural"u8]) : null;
    }

    private static int? NaturalDirection(SortOrder? sort) =>
        sort?.Fields is [{ Name: "$natural" } field] ? field.Descending ? -1 : 1 : null;

    private static QueryPlan InNaturalOrder(Collection collection, QueryRequest request, bool forward) => new()
    {
        _forward = forward,
        _from = forward && collection.Namespace == Namespace.Oplog ? OplogStart(request.Filter) : null,
        _to = forward && collection.Namespace == Namespace.Oplog ? OplogEnd(request.Filter) : null,
        IsSorted = NaturalDirection(request.Sort) is not null,
    };

    private static long? OplogStart(Filter filter) =>
        OplogBounds(filter, ComparisonKind.Equal, ComparisonKind.Greater, ComparisonKind.GreaterOrEqual).Select(id => (long?)id).Max();

    private static long? OplogEnd(Filter filter) =>
        OplogBounds(filter, ComparisonKind.Equal, ComparisonKind.Less, ComparisonKind.LessOrEqual).Select(id => (long?)id).Min();

    // Record ids of the oplog are its optimes.
    private static IEnumerable<long> OplogBounds(Filter filter, params ComparisonKind[] kinds) => filter.Conjuncts.OfType<PathFilter>()
        .Where(f => f.Path.Length == 1 && f.Path[0].AsSpan().SequenceEqual("ts"u8)).Select(f => f.Test).OfType<Comparison>()
        .Where(c => kinds.Contains(c.Kind) && c.Operand.Type == BsonType.Timestamp && c.Operand.UInt64 <= long.MaxValue)
        .Select(c => (long)c.Operand.UInt64);

    private static bool IsEmpty(RawValue hint) => hint.IsDocument && hint.Elements.Count() == 0;
}
