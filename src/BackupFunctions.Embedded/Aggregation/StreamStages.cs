using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary><c>$match</c>.</summary>
internal sealed class MatchStage(Filter filter) : Stage
{
    public Filter Filter => filter;

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => documents.Where(filter.Matches);
}

/// <summary><c>$sort</c>.</summary>
internal sealed class SortStage(SortOrder order) : Stage
{
    public SortOrder Order => order;

    public static SortStage Parse(RawValue value) => new(SortOrder.Parse(value)
        ?? throw new CommandException(15976, "Location15976", "$sort stage must have at least one sort key"));

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => order.Sort(documents);
}

/// <summary><c>$limit</c>.</summary>
internal sealed class LimitStage(long limit) : Stage
{
    public long Limit => limit;

    public static LimitStage Parse(RawValue value) => Values.Long(value) is { } limit && limit > 0
        ? new LimitStage(limit)
        : throw new CommandException(15958, "Location15958", "the limit must be positive");

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents)
    {
        var left = limit;
        foreach (var document in documents)
        {
            yield return document;
            if (--left == 0) yield break;
        }
    }
}

/// <summary><c>$skip</c>.</summary>
internal sealed class SkipStage(long skip) : Stage
{
    public static SkipStage Parse(RawValue value) => Values.Long(value) is { } skip && skip >= 0
        ? new SkipStage(skip)
        : throw new CommandException(5107200, "Location5107200", $"invalid argument to $skip stage: Expected a non-negative number in: $skip: {value}");

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents)
    {
        var left = skip;
        foreach (var document in documents)
        {
            if (left-- <= 0) yield return document;
        }
    }
}

/// <summary><c>$sample</c>: as many documents as there are, at most, each at most once.</summary>
internal sealed class SampleStage(long size, Func<Random> random) : Stage
{
    public long Size => size;

    public Func<Random> Random => random;

    public static SampleStage Parse(RawValue value, Func<Random> random)
    {
        var size = value.IsDocument ? value["size"u8] : throw new CommandException(28745, "Location28745", "the $sample stage specification must be an object");
        if (!size.IsNumber) throw new CommandException(28746, "Location28746", "size argument to $sample must be a number");
        return Values.Long(size) is { } count and > 0 ? new SampleStage(count, random)
            : throw new CommandException(28747, "Location28747", "size argument to $sample must not be negative or zero");
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents)
    {
        var (generator, kept, seen) = (random(), new List<RawValue>(), 0L);
        foreach (var document in documents)
        {
            seen++;
            var place = kept.Count < size ? kept.Count : generator.NextInt64(seen);
            if (place == kept.Count) kept.Add(document);
            else if (place < size) kept[(int)place] = document;
        }
        var order = kept.ToArray();
        generator.Shuffle(order);
        return order;
    }

    /// <summary>The sample of a collection that can be read by position.</summary>
    public IEnumerable<RawValue> Run(Collection collection)
    {
        // Near the whole, positions would mostly repeat.
        if (size > collection.Count / 20) return Run(collection.Natural(forward: true).Select(r => r.Document));
        var (generator, places) = (random(), new HashSet<long>());
        while (places.Count < size) places.Add(generator.NextInt64(collection.Count));
        return places.Select(p => collection.At(p).Document);
    }
}
