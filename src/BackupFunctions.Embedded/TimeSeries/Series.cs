using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.TimeSeries;

/// <summary>
/// Time series X: the view X, which unpacks the buckets, on the clustered collection <c>system.buckets.X</c>, which has them. The oplog knows these two
/// and no time series.
/// </summary>
internal static class Series
{
    // structure alone, as the server checks it; validators are made once per time field
    private const string Validator = """
        {"$jsonSchema": {"bsonType": "object", "required": ["_id", "control", "data"], "properties": {"_id": {"bsonType": "objectId"}, "control": {"bsonType": "object",
        "required": ["version", "min", "max"], "properties": {"version": {"bsonType": "number"}, "min": {"bsonType": "object", "required": ["TIME"], "properties": {"TIME":
        {"bsonType": "date"}}}, "max": {"bsonType": "object", "required": ["TIME"], "properties": {"TIME": {"bsonType": "date"}}}, "closed": {"bsonType": "bool"},
        "count": {"bsonType": "number", "minimum": 1}}, "additionalProperties": false}, "data": {"bsonType": "object"}, "meta": {}}, "additionalProperties": false}}
        """;

    /// <summary>Makes both, and where there is a meta field the index on it and the time.</summary>
    public static void Create(WriteUnit unit, Namespace ns, Arguments arguments)
    {
        ns.CheckForCreate();
        if (unit.Find(ns) is not null) throw new CommandException(48, "NamespaceExists", $"ns: {ns} already exists");
        foreach (var element in arguments.Body.Elements)
        {
            if (CreateCommand.Fields.Contains(element.Name) && element.Name is not ("timeseries" or "expireAfterSeconds" or "collation" or "storageEngine"))
                throw new CommandException(72, "InvalidOptions", $"'{element.Name}' is not supported on a time-series collection");
        }
        var series = SeriesOptions.Complete(arguments["timeseries"]);
        var options = new RawWriter();
        if (arguments.Object("storageEngine") is { IsMissing: false } engine) options.Append("storageEngine", engine);
        options.Append("validator", BsonDocument.Parse(Validator.Replace("TIME", System.Text.Json.JsonEncodedText.Encode(series.TimeField).ToString(), StringComparison.Ordinal)));
        if (arguments.Object("collation") is { IsMissing: false } collation) options.Append("collation", collation);
        options.Append("clusteredIndex", true);
        if (Values.Long(arguments["expireAfterSeconds"]) is { } expiry) options.Append("expireAfterSeconds", expiry);
        options.Append("timeseries", series.Document);
        var buckets = unit.Create(ns.Buckets, options.ToDocument());
        if (series.MetaField is { } meta)
        {
            var key = SeriesIndexKey.OfBuckets(series, RawValue.From(new BsonDocument { { meta, 1 }, { series.TimeField, 1 } }));
            var index = new IndexDefinition(new RawWriter().Append("v", 2).Append("key", key).Append("name", $"{meta}_1_{series.TimeField}_1").ToDocument());
            unit.Put(buckets.With(buckets.States.Add(StoredCollection.Empty(index))));
            IndexBuildLog.Done(unit, buckets, [index]);
        }
        Views.Create(unit, ns, ns.Buckets.Collection, series.Pipeline(), arguments["collation"]);
    }

    /// <summary>The buckets of a time series by its name; null when that is something else.</summary>
    public static Collection? BucketsOf(Catalog catalog, CatalogEntry? entry) => entry is View { On.IsBuckets: true } view ? catalog.FindCollection(view.On) : null;

    /// <summary>Where a command on indexes goes: for a time series to its buckets.</summary>
    public static Namespace Indexed(WriteUnit unit, Namespace ns, out SeriesOptions? series)
    {
        series = BucketsOf(unit.Catalog, unit.Find(ns)) is { } buckets ? SeriesOptions.Of(buckets.Options) : null;
        return series is null ? ns : ns.Buckets;
    }

    /// <summary>Options as <c>listCollections</c> shows them for the time series.</summary>
    public static RawValue ListedOptions(CollectionOptions buckets)
    {
        var writer = new RawWriter();
        foreach (var element in buckets.Document.Elements)
        {
            if (element.Name is "storageEngine" or "collation" or "expireAfterSeconds" or "timeseries") writer.Append(element);
        }
        return RawValue.Document(writer.ToDocument());
    }

    /// <summary>The error of a write that a time series does not take here.</summary>
    public static CommandException Refused(string command, Namespace ns) =>
        new(72, "InvalidOptions", $"Cannot perform {command} on the time-series collection {ns}: this server takes inserts alone");
}
