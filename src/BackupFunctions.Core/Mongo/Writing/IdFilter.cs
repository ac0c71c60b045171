using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Finds a document again by its <c>_id</c>.</summary>
internal static class IdFilter
{
    /// <summary><c>{_id: {$eq: v}}</c>, since a v that is a document with operators in it would be taken for a condition.</summary>
    public static RawBsonDocument Of(ReadOnlySpan<byte> document)
    {
        if (!RawBson.TryFind(document, "_id"u8, out var id)) throw new ArgumentException("the document has no _id", nameof(document));
        using var filter = new RawBsonBuilder();
        return filter.BeginDocument("_id").Element([id.Whole[0], .. "$eq\0"u8, .. id.Value]).ToDocument();
    }
}
