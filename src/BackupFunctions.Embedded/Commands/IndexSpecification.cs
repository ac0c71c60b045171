using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>Checks index specifications and completes them as the server does: <c>v</c> in front when it is absent, nothing else moved.</summary>
internal static class IndexSpecification
{
    private static readonly HashSet<string> Known =
    [
        "v", "key", "name", "ns", "unique", "sparse", "background", "expireAfterSeconds", "hidden", "partialFilterExpression", "collation", "storageEngine",
        "weights", "default_language", "language_override", "textIndexVersion", "2dsphereIndexVersion", "bits", "min", "max", "bucketSize",
        "wildcardProjection", "dropDups", "clustered", "prepareUnique", "finestIndexedLevel", "coarsestIndexedLevel",
    ];

    private static readonly string[] Kinds = ["text", "hashed", "2d", "2dsphere"];

    /// <summary>The <c>_id</c> index of <c>create</c>.</summary>
    public static byte[] ForId(RawValue specification)
    {
        if (specification["key"u8] is not { IsDocument: true } key || BsonOrder.Compare(key, IndexDefinition.Id.Key) != 0)
        {
            throw new CommandException(2, "BadValue", $"The field 'key' for an _id index must be {{_id: 1}}, but got {specification["key"u8]}");
        }
        return Complete(specification, ignoreUnknown: false, default);
    }

    /// <summary>The specification to keep. An index without a collation of its own has that of the collection.</summary>
    public static byte[] Complete(RawValue specification, bool ignoreUnknown, RawValue collectionCollation)
    {
        var key = specification["key"u8];
        if (!key.IsDocument) throw Failed("The 'key' field is a required property of an index specification");
        if (specification["name"u8] is not { Type: BsonType.String } name) throw Failed("The 'name' field is a required property of an index specification");
        if (name.Text.Length == 0) throw Cannot("index name cannot be empty");
        if (name.Text == "*") throw new CommandException(2, "BadValue", "The index name '*' is not valid.");
        CheckKey(key, VersionOf(specification));
        var writer = new RawWriter();
        if (specification["v"u8].IsMissing) writer.Append("v", 2);
        foreach (var element in specification.Elements)
        {
            if (!Known.Contains(element.Name))
            {
                if (ignoreUnknown) continue;
                throw new CommandException(197, "InvalidIndexSpecificationOption", $"The field '{element.Name}' is not valid for an index specification. Specification: {specification}");
            }
            if (element.Name == "ns" || (element.Name == "collation" && Collations.IsSimple(element.Value))) continue;
            writer.Append(element);
        }
        if (specification["collation"u8].IsMissing && !Collations.IsSimple(collectionCollation)) writer.Append("collation", collectionCollation);
        return writer.ToDocument();
    }

    /// <summary>Whether two indexes cannot stand side by side: same key and the same choice of documents.</summary>
    public static bool HaveSameSignature(IndexDefinition x, IndexDefinition y) =>
        Same(x.Key, y.Key) && x.Unique == y.Unique && x.Sparse == y.Sparse
        && Same(x.Spec["partialFilterExpression"u8], y.Spec["partialFilterExpression"u8]) && Same(x.Spec["collation"u8], y.Spec["collation"u8]);

    /// <summary>Whether all options that an index is told by agree.</summary>
    public static bool HaveSameOptions(IndexDefinition x, IndexDefinition y)
    {
        foreach (var name in Known.Where(n => n is not ("v" or "ns" or "background" or "dropDups" or "unique" or "sparse" or "hidden")))
        {
            if (!Same(x.Spec[name], y.Spec[name])) return false;
        }
        return HaveSameSignature(x, y) && x.Hidden == y.Hidden;
    }

    private static bool Same(RawValue x, RawValue y) => x.IsMissing || y.IsMissing ? x.IsMissing && y.IsMissing : BsonOrder.Compare(x, y) == 0;

    private static long VersionOf(RawValue specification)
    {
        var v = specification["v"u8];
        if (v.IsMissing) return 2;
        if (!v.IsNumber) throw new CommandException(14, "TypeMismatch", $"The field 'v' must be a number, but got {Query.TypeNames.Of(v)}");
        return Values.Long(v) is { } version and (1 or 2)
            ? version
            : throw Cannot($"Invalid index specification {specification}; cannot create an index with v={v}");
    }

    // indexes of version 1, which servers before 3.4 made, have anything but documents and arrays as values of their keys
    private static void CheckKey(RawValue key, long version)
    {
        if (key.Elements.Count() == 0) throw Cannot("Index keys cannot be empty.");
        foreach (var element in key.Elements)
        {
            var (name, value) = (element.Name, element.Value);
            if (name.Length == 0 || name.Split('.').Contains("")) throw Cannot("Index keys cannot contain an empty field.");
            if (name[0] == '$' && name != "$**" && name is not ("$id" or "$ref" or "$db") && name != "_fts") throw Cannot($"Index key contains an illegal field name: field name starts with '$': {name}");
            if (version == 1 && value.Type != BsonType.String)
            {
                if (value.IsDocument || value.IsArray) throw Cannot($"Values in index key pattern cannot be of type {Query.TypeNames.Of(value)} for index version v:1");
            }
            else if (value.IsNumber)
            {
                if (NumberOrder.IsNaN(value)) throw Cannot("Values in the index key pattern cannot be NaN.");
                if (BsonOrder.Compare(value, RawValue.From(0)) == 0) throw Cannot("Values in the index key pattern cannot be 0.");
            }
            else if (value.Type != BsonType.String)
            {
                throw Cannot($"Values in v:2 index key pattern cannot be of type {Query.TypeNames.Of(value)}. Only numbers > 0, numbers < 0, and strings are allowed.");
            }
            else if (value.Text.Length > 0 && !Kinds.Contains(value.Text))
            {
                throw Cannot($"Unknown index plugin '{value.Text}'");
            }
        }
    }

    private static CommandException Failed(string message) => new(9, "FailedToParse", message);

    private static CommandException Cannot(string message) => new(67, "CannotCreateIndex", message);
}
