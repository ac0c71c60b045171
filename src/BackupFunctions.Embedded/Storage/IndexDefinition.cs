using System.Text;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>A field of an index: its path and its direction.</summary>
internal sealed record IndexField(byte[][] Path, bool Descending)
{
    public string Name => string.Join('.', Path.Select(Encoding.UTF8.GetString));
}

/// <summary>An index specification: kept as given, and what of it this server acts on.</summary>
internal sealed class IndexDefinition
{
    public static readonly IndexDefinition Id = new(
        new RawWriter().Append("v", 2).Append("key", new BsonDocument("_id", 1)).Append("name", "_id_").ToDocument());

    public IndexDefinition(byte[] spec)
    {
        Spec = RawValue.Document(spec);
        Name = Spec["name"u8].Text;
        Key = Spec["key"u8];
        Fields = [.. Parse(Key)];
        IsOrdered = Fields.All(f => f is not null) && !Fields.Any(f => f.Name.Contains('$', StringComparison.Ordinal));
        IsId = Fields.Length == 1 && Fields[0] is { Name: "_id", Descending: false } && Key["_id"u8].IsNumber;
        Unique = IsId || IsTrue(Spec["unique"u8]);
        Sparse = IsTrue(Spec["sparse"u8]);
        Hidden = IsTrue(Spec["hidden"u8]);
        Clustered = IsTrue(Spec["clustered"u8]);
        var partial = Spec["partialFilterExpression"u8];
        Partial = partial.IsDocument ? FilterParser.Parse(partial) : null;
        Order = new IndexEntry.Order(IsOrdered ? [.. Fields.Select(f => f.Descending)] : [false]);
    }

    public RawValue Spec { get; }

    public string Name { get; }

    public RawValue Key { get; }

    /// <summary>The fields; null ones where the kind is text, hashed, a geo kind or wildcard.</summary>
    public IndexField[] Fields { get; }

    /// <summary>Whether it has entries here; other kinds are kept as specifications only.</summary>
    public bool IsOrdered { get; }

    public bool IsId { get; }

    public bool Unique { get; }

    public bool Sparse { get; }

    public bool Hidden { get; }

    public bool Clustered { get; }

    public Filter? Partial { get; }

    public IndexEntry.Order Order { get; }

    /// <summary>Whether every document has an entry.</summary>
    public bool IsComplete => IsOrdered && !Sparse && Partial is null;

    /// <summary>A bound from a <c>min</c> or <c>max</c> document; error 51174 when its fields are not this key's.</summary>
    public IndexEntry Bound(RawValue document)
    {
        var values = new List<RawValue>();
        foreach (var element in document.Elements)
        {
            if (values.Count >= Fields.Length || element.Name != Fields[values.Count].Name) throw Incompatible();
            values.Add(element.Value);
        }
        if (values.Count != Fields.Length) throw Incompatible();
        return IndexEntry.Of([.. values], long.MinValue);
    }

    public static byte[][] PathOf(string path) => [.. path.Split('.').Select(Encoding.UTF8.GetBytes)];

    private static CommandException Incompatible() =>
        new(51174, "Location51174", "The index chosen is not compatible with min/max");

    private static bool IsTrue(RawValue value) => Values.IsTrue(value);

    private static IEnumerable<IndexField> Parse(RawValue key)
    {
        foreach (var element in key.Elements)
        {
            // a string names a kind; all else, the empty one too, ascends unless it is a number below zero
            var value = element.Value;
            var descending = value.IsNumber && BsonOrder.Compare(value, RawValue.From(0)) < 0;
            yield return value is { Type: BsonType.String, Text.Length: > 0 } ? null! : new IndexField(PathOf(element.Name), descending);
        }
    }
}
