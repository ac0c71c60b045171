using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Builds <c>createIndexes</c> from descriptions as <c>listIndexes</c> gave them.</summary>
public static class CreateIndexesCommand
{
    /// <summary>
    /// The indexes to build after the data, in the order to build them: ordinary ones, then those that delete by age. The <c>_id</c> index and the
    /// order of a clustered collection exist since creation.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<RawBsonDocument>> Groups(CollectionSpec spec)
    {
        var toBuild = spec.Indexes.Where(i => !IndexSpec.IsIdIndex(i) && !IndexSpec.IsClustered(i)).ToLookup(IndexSpec.IsTtl);
        return [.. new[] { toBuild[false].ToList(), toBuild[true].ToList() }.Where(group => group.Count > 0)];
    }

    /// <summary>
    /// The command: every field verbatim except <c>ns</c>, which new servers refuse. An index without a collation gets the simple one named when
    /// the collection has another, since it would take over that one.
    /// </summary>
    public static RawBsonDocument Build(CollectionSpec spec, IReadOnlyList<RawBsonDocument> indexes, bool ignoreUnknownOptions = false)
    {
        using var command = new RawBsonBuilder();
        command.Add("createIndexes", spec.Namespace.Collection).BeginArray("indexes");
        foreach (var index in indexes)
        {
            using var item = new RawBsonBuilder();
            foreach (var field in new RawElements(index.Bytes().Span))
            {
                if (!field.Name.SequenceEqual("ns"u8)) item.Element(field.Whole);
            }
            if (spec.HasCollation && !IndexSpec.HasCollation(index)) item.BeginDocument("collation").Add("locale", "simple").End();
            command.Item(item.Finish().Span);
        }
        command.End();
        if (ignoreUnknownOptions) command.Add("ignoreUnknownIndexOptions", true);
        return command.BeginDocument("writeConcern").Add("w", "majority").End().ToDocument();
    }
}
