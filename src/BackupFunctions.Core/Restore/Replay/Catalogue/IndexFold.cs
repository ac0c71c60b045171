using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Changes of a collection's indexes as the oplog logs them, on raw descriptions.</summary>
internal static class IndexFold
{
    private const string Any = "*";

    /// <summary>The <c>_id</c> index that a server makes of itself.</summary>
    public static RawBsonDocument DefaultId { get; } = MakeDefaultId();

    /// <summary>With this index, in place of one of its name.</summary>
    public static IReadOnlyList<RawBsonDocument> Add(IReadOnlyList<RawBsonDocument> indexes, RawBsonDocument index)
    {
        var name = IndexSpec.Name(index);
        return indexes.Any(i => IndexSpec.Name(i) == name) ? [.. indexes.Select(i => IndexSpec.Name(i) == name ? index : i)] : [.. indexes, index];
    }

    /// <summary>Without those that <c>dropIndexes</c> names: by name, by a list of names, by key, or all but the <c>_id</c> index by <c>*</c>.</summary>
    public static IReadOnlyList<RawBsonDocument> Drop(IReadOnlyList<RawBsonDocument> indexes, ReadOnlySpan<byte> command)
    {
        if (!RawBson.TryFind(command, "index"u8, out var which)) throw BackupException.Corrupt("replay dropIndexes: it names no index");
        var kept = new List<RawBsonDocument>();
        foreach (var index in indexes)
        {
            if (IndexSpec.IsIdIndex(index) || IndexSpec.IsClustered(index) || !Names(which, index)) kept.Add(index);
        }
        return kept;
    }

    /// <summary>With the change of one index by <c>collMod</c>: <c>{name | keyPattern, expireAfterSeconds, hidden, unique, prepareUnique}</c>.</summary>
    public static IReadOnlyList<RawBsonDocument> Modify(IReadOnlyList<RawBsonDocument> indexes, ReadOnlySpan<byte> change)
    {
        var byName = RawBson.TryFind(change, "name"u8, out var which);
        if (!byName && !RawBson.TryFind(change, "keyPattern"u8, out which)) throw BackupException.Corrupt("replay collMod: it names no index");
        var changed = new List<RawBsonDocument>();
        foreach (var index in indexes) changed.Add(Names(which, index) ? Changed(index, change) : index);
        return changed;
    }

    private static bool Names(RawElement which, RawBsonDocument index)
    {
        switch (which.Type)
        {
            case BsonType.String:
                return which.Text == Any || which.Text == IndexSpec.Name(index);
            case BsonType.Document:
                return BsonOrder.CompareDocuments(which.Value, RawBson.Nested(index.Bytes().Span, "key"u8)) == 0;
            case BsonType.Array:
                foreach (var name in new RawElements(which.Value))
                {
                    if (Names(name, index)) return true;
                }
                return false;
            default:
                throw BackupException.Corrupt($"replay change of an index: it is named by a {which.Type}");
        }
    }

    private static RawBsonDocument Changed(RawBsonDocument index, ReadOnlySpan<byte> change)
    {
        var fields = new OptionFields(index.Bytes().Span);
        foreach (var field in new RawElements(change))
        {
            if (field.Name.SequenceEqual("name"u8) || field.Name.SequenceEqual("keyPattern"u8)) continue;
            // a flag that is off is not kept
            if (!field.Name.SequenceEqual("expireAfterSeconds"u8) && !IndexSpec.IsTrue(field)) fields.Remove(field.Name);
            else fields.Set(field);
            if (field.Name.SequenceEqual("unique"u8)) fields.Remove("prepareUnique"u8);
        }
        return fields.ToDocument();
    }

    private static RawBsonDocument MakeDefaultId()
    {
        using var builder = new RawBsonBuilder();
        return builder.Add("v", 2).BeginDocument("key").Add("_id", 1).End().Add("name", "_id_").ToDocument();
    }
}
