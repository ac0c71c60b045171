using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Commands;

/// <summary>Runs pipelines over collections and, by putting their pipelines in front, over views.</summary>
internal static class ViewReader
{
    private const int MaxDepth = 20;

    /// <summary>The documents that a pipeline gives over a namespace; an absent one is empty.</summary>
    public static IEnumerable<RawValue> Run(Store store, Catalog catalog, Namespace ns, Pipeline pipeline, RawValue hint = default, int depth = 0)
    {
        if (depth > MaxDepth) throw new CommandException(165, "ViewDepthLimitExceeded", $"View depth too deep or view cycle detected; maximum depth is {MaxDepth}");
        switch (catalog.Find(ns))
        {
            case null:
                if (pipeline.Stages is [SourceStage, ..]) throw new CommandException(26, "NamespaceNotFound", $"Unable to retrieve storageStats in $collStats stage :: caused by :: Collection [{ns}] not found.");
                return pipeline.Run([]);
            case View view:
                if (pipeline.Stages is [SourceStage, ..]) throw new CommandException(166, "CommandNotSupportedOnView", $"Namespace {ns} is a view, not a collection");
                var stages = PipelineParser.Parse(view.Pipeline, store.Ids.NextRandom).Stages.Concat(pipeline.Stages);
                return Run(store, catalog, view.On, new Pipeline([.. stages]), hint, depth + 1);
            case Collection collection:
                return OnCollection(store, collection, pipeline, hint);
            default:
                throw new InvalidOperationException($"read {ns}: it is neither a collection nor a view");
        }
    }

    public static IEnumerable<RawValue> Find(Store store, Catalog catalog, View view, QueryRequest query)
    {
        if (!query.Min.IsMissing || !query.Max.IsMissing) throw new CommandException(167, "OptionNotSupportedOnView", "min and max are not supported on views");
        var stages = new List<Stage> { new MatchStage(query.Filter) };
        if (query.Sort is { } sort && sort.Fields is not [{ Name: "$natural" }]) stages.Add(new SortStage(sort));
        if (query.Skip > 0) stages.Add(new SkipStage(query.Skip));
        if (query.Limit > 0) stages.Add(new LimitStage(query.Limit));
        return Run(store, catalog, view.Namespace, new Pipeline(stages));
    }

    private static IEnumerable<RawValue> OnCollection(Store store, Collection collection, Pipeline pipeline, RawValue hint)
    {
        switch (pipeline.Stages)
        {
            case [SourceStage source, ..]:
                return pipeline.From(1).Run(source.Run(collection, store.Time.GetUtcNow().UtcDateTime));
            case [SampleStage sample, ..]:
                return pipeline.From(1).Run(sample.Run(collection));
        }
        // Leading conditions and a sort are the collection's to answer, by an index where it can.
        var (filter, sort, used) = (Filter.All, (SortOrder?)null, 0);
        if (pipeline.Stages is [MatchStage match, ..]) (filter, used) = (match.Filter, 1);
        if (pipeline.Stages.Count > used && pipeline.Stages[used] is SortStage order) (sort, used) = (order.Order, used + 1);
        var query = new QueryRequest(filter) { Sort = sort, Hint = hint };
        return pipeline.From(used).Run(query.Run(collection).Select(r => r.Document));
    }
}
