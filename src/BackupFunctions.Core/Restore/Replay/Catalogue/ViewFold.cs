using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// The views, which the oplog logs as documents of <c>system.views</c>: <c>{_id: "db.name", viewOn, pipeline, collation}</c>. A time series has one, too,
/// on its buckets: it comes with the time series and is no view of its own.
/// </summary>
internal sealed class ViewFold
{
    /// <summary>The collection that holds them.</summary>
    public const string Collection = "system.views";

    private readonly StoredDocuments _documents = new();

    /// <summary>The views as <c>listCollections</c> describes them, by name.</summary>
    public IReadOnlyList<CollectionSpec> All => [.. _documents.Documents.Where(d => !IsTimeseries(d)).Select(Describe).OrderBy(v => v.Namespace)];

    /// <summary>Adds a view that was loaded.</summary>
    public void Add(CollectionSpec view)
    {
        using var document = new RawBsonBuilder();
        document.Add("_id", view.Namespace.ToString());
        foreach (var option in new RawElements(view.Options.Bytes().Span)) document.Element(option.Whole);
        _documents.Set(document.Finish());
    }

    /// <summary>Applies an operation on <c>system.views</c>.</summary>
    public void Apply(OplogOperation operation) =>
        _documents.Apply(DocumentOperation.From(operation, new ReplayTarget(LoggedNamespace.Parse(operation.Namespace), false, false)));

    /// <summary>Removes all views of a database.</summary>
    public void DropDatabase(string database) => _documents.RemoveWhere(d => NameOf(d).Database == database);

    /// <summary>Removes a view.</summary>
    public void Drop(Namespace ns) => _documents.RemoveWhere(d => NameOf(d) == ns);

    private static CollectionSpec Describe(RawBsonDocument document)
    {
        var options = new OptionFields(document.Bytes().Span);
        options.Remove("_id"u8);
        return new() { Namespace = NameOf(document), Type = CollectionType.View, Options = options.ToDocument(), Indexes = [] };
    }

    private static Namespace NameOf(RawBsonDocument document) => RawBson.TryFind(document.Bytes().Span, "_id"u8, out var id) && id.Type == BsonType.String
        ? LoggedNamespace.Parse(id.Text)
        : throw BackupException.Corrupt("replay view: its _id is no namespace");

    // servers write the options of the time series there, or do not
    private static bool IsTimeseries(RawBsonDocument document) => RawBson.TryFind(document.Bytes().Span, "timeseries"u8, out _)
        || (RawBson.TryFind(document.Bytes().Span, "viewOn"u8, out var on) && on.Type == BsonType.String && (NameOf(document) with { Collection = on.Text }).IsBuckets);
}
