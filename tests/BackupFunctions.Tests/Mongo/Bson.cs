using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

/// <summary>Shorthands of these tests.</summary>
internal static class Bson
{
    public static byte[] Bytes(string json) => BsonDocument.Parse(json).ToBson();

    public static RawBsonDocument Raw(string json) => new(Bytes(json));

    public static RawBsonDocument Id(BsonValue value) => new(new BsonDocument("_id", value).ToBson());

    public static CollectionSpec Spec(string ns = "shop.orders", string options = "{}", params string[] indexes) => new()
    {
        Namespace = Namespace.Parse(ns),
        Type = CollectionType.Collection,
        Options = Raw(options),
        Indexes = [.. (indexes.Length > 0 ? indexes : [IdIndex]).Select(Raw)],
    };

    public const string IdIndex = "{v: 2, key: {_id: 1}, name: '_id_'}";
}
