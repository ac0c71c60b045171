using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Query;

/// <summary>What is to be read of a collection, as <c>find</c> and others give it; missing values are not asked for.</summary>
internal sealed record QueryRequest(Filter Filter)
{
    public RawValue Hint { get; init; }

    public RawValue Min { get; init; }

    public RawValue Max { get; init; }

    public SortOrder? Sort { get; init; }

    /// <summary>Documents to pass over, after sorting.</summary>
    public long Skip { get; init; }

    /// <summary>Most documents to give; 0 is all.</summary>
    public long Limit { get; init; }

    /// <summary>The documents that match, in order.</summary>
    public IEnumerable<Record> Run(Collection collection)
    {
        var plan = QueryPlan.Choose(collection, this);
        return Run(plan.Records(collection), plan.IsSorted);
    }

    /// <summary>The documents among these that match, in order.</summary>
    public IEnumerable<Record> Run(IEnumerable<Record> read, bool isSorted)
    {
        var records = read.Where(r => Filter.Matches(r.Document));
        if (Sort is not null && !isSorted) records = Sorted(records, Sort);
        if (Skip > 0) records = Passed(records, Skip);
        return Limit > 0 ? Cut(records, Limit) : records;
    }

    private IEnumerable<Record> Sorted(IEnumerable<Record> records, SortOrder sort)
    {
        var keyed = records.Select(r => (Key: sort.KeyOf(r.Document), Record: r)).OrderBy(k => k.Key, sort).Select(k => k.Record);
        // With a limit, OrderBy keeps to a partial sort.
        return Limit > 0 && Skip + Limit is > 0 and < int.MaxValue ? keyed.Take((int)(Skip + Limit)) : keyed;
    }

    private static IEnumerable<Record> Passed(IEnumerable<Record> records, long skip)
    {
        foreach (var record in records)
        {
            if (skip-- <= 0) yield return record;
        }
    }

    private static IEnumerable<Record> Cut(IEnumerable<Record> records, long limit)
    {
        foreach (var record in records)
        {
            yield return record;
            if (--limit == 0) yield break;
        }
    }
}
