using System.Collections.Immutable;
using MongoDB.Bson;

namespace BackupFunctions.Simulation.Model;

/// <summary>A collection or a view as it should be; never changes. Documents are in the order of their insertion.</summary>
internal sealed record ModelCollection(BsonDocument Options, ImmutableSortedDictionary<string, BsonDocument> Indexes, ImmutableList<BsonDocument> Documents)
{
    private static readonly BsonDocument IdIndex = new() { { "v", 2 }, { "key", new BsonDocument("_id", 1) }, { "name", "_id_" } };

    public bool IsView => Options.Contains("viewOn");

    public bool IsCapped => Options.Contains("capped");

    public static ModelCollection Create(BsonDocument options)
    {
        var indexes = ImmutableSortedDictionary.Create<string, BsonDocument>(StringComparer.Ordinal);
        if (options.TryGetValue("clusteredIndex", out var clustered)) indexes = indexes.Add(clustered["name"].AsString, new BsonDocument(clustered.AsBsonDocument) { { "clustered", true } });
        else if (!options.Contains("viewOn")) indexes = indexes.Add("_id_", IdIndex);
        return new(options, indexes, []);
    }

    public ModelCollection Insert(BsonDocument document)
    {
        var documents = Documents.Add(document);
        if (Options.TryGetValue("max", out var max) && documents.Count > max.ToInt64()) documents = documents.RemoveAt(0);
        return this with { Documents = documents };
    }

    /// <summary>Changes a copy of the documents that are meant.</summary>
    public ModelCollection Update(Func<BsonDocument, bool> meant, Action<BsonDocument> change) => this with
    {
        Documents = [.. Documents.Select(document =>
        {
            if (!meant(document)) return document;
            var copy = document.DeepClone().AsBsonDocument;
            change(copy);
            return copy;
        })],
    };

    public ModelCollection Replace(BsonDocument document) => this with { Documents = [.. Documents.Select(d => d["_id"] == document["_id"] ? document : d)] };

    public ModelCollection Delete(Func<BsonDocument, bool> meant) => this with { Documents = Documents.RemoveAll(d => meant(d)) };

    public ModelCollection With(BsonDocument options) => this with { Options = new BsonDocument(Options).Merge(options, overwriteExistingElements: true) };
}
