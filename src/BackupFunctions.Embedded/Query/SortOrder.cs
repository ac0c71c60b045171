using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>A sort specification: dotted paths, each ascending or descending. An array sorts by its least or greatest element.</summary>
internal sealed class SortOrder : IComparer<RawValue[]>
{
    private SortOrder(List<IndexField> fields) => Fields = fields;

    public IReadOnlyList<IndexField> Fields { get; }

    /// <summary>Reads a specification; null when it has no fields. Error 2 for a direction other than 1 and -1.</summary>
    public static SortOrder? Parse(RawValue specification)
    {
        if (specification.IsMissing) return null;
        if (!specification.IsDocument) throw FilterParser.Bad("sort must be an object");
        var fields = new List<IndexField>();
        foreach (var element in specification.Elements)
        {
            var direction = Values.Double(element.Value);
            if (direction is not (1 or -1)) throw FilterParser.Bad($"$sort key ordering must be 1 (for ascending) or -1 (for descending), in {element.Name}");
            fields.Add(new IndexField(IndexDefinition.PathOf(element.Name), direction == -1));
        }
        return fields.Count == 0 ? null : new SortOrder(fields);
    }

    /// <summary>Sorts documents; those with equal keys keep their order.</summary>
    public IEnumerable<RawValue> Sort(IEnumerable<RawValue> documents, long? limit = null)
    {
        var keyed = documents.Select(d => (Key: KeyOf(d), Document: d));
        return limit is { } most ? keyed.OrderBy(k => k.Key, this).Take((int)Math.Min(most, int.MaxValue)).Select(k => k.Document)
            : keyed.OrderBy(k => k.Key, this).Select(k => k.Document);
    }

    public RawValue[] KeyOf(RawValue document) => [.. Fields.Select(f => Extreme(document, f.Path, 0, f.Descending))];

    public int Compare(RawValue[]? x, RawValue[]? y)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            var order = BsonOrder.Compare(x![i], y![i]);
            if (order != 0) return Fields[i].Descending ? -order : order;
        }
        return 0;
    }

    private static RawValue Extreme(RawValue value, byte[][] path, int depth, bool greatest)
    {
        if (depth == path.Length)
        {
            return value.IsArray ? Best(value, path, depth, greatest, RawValue.Undefined) : value.IsMissing ? RawValue.Null : value;
        }
        if (value.IsArray) return Best(value, path, depth, greatest, RawValue.Null);
        return Extreme(value.IsDocument ? value[path[depth]] : default, path, depth + 1, greatest);
    }

    private static RawValue Best(RawValue array, byte[][] path, int depth, bool greatest, RawValue whenEmpty)
    {
        var best = default(RawValue);
        foreach (var element in array.Elements)
        {
            var candidate = depth == path.Length ? element.Value : Extreme(element.Value, path, depth, greatest);
            if (best.IsMissing || (BsonOrder.Compare(candidate, best) > 0) == greatest) best = candidate;
        }
        if (depth < path.Length && array[path[depth]] is { IsMissing: false } positioned) best = Extreme(positioned, path, depth + 1, greatest);
        return best.IsMissing ? whenEmpty : best;
    }
}
