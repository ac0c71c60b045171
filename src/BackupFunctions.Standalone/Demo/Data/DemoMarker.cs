using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data;

/// <summary>
/// The collection that says that a database was made by the demo, and may be dropped by it. It is the first that is written, and is backed up
/// and restored with the others.
/// </summary>
internal static class DemoMarker
{
    public const string Collection = "_backupfunctions_demo";

    public static Task Write(IMongoDatabase database, ulong seed, CancellationToken cancellationToken) =>
        database.GetCollection<BsonDocument>(Collection).InsertOneAsync(Document(seed), cancellationToken: cancellationToken);

    public static long Bytes(ulong seed) => Document(seed).ToBson().Length;

    /// <summary>Those of these databases that exist without the marker.</summary>
    public static async Task<IReadOnlyList<string>> Missing(IMongoClient client, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var name in names)
        {
            // what a server calls an existing database differs; having a collection does not
            using var cursor = await client.GetDatabase(name).ListCollectionNamesAsync(cancellationToken: cancellationToken);
            var collections = await cursor.ToListAsync(cancellationToken);
            if (collections.Count > 0 && !collections.Contains(Collection)) missing.Add(name);
        }
        return missing;
    }

    public static BackupException Refuse(IReadOnlyList<string> foreign) => new(
        ErrorKind.Configuration,
        $"write the demo's data: the server already has {string.Join(", ", foreign)}, which the demo did not make (no collection {Collection})",
        $"use another server, or drop {(foreign.Count == 1 ? "this database" : "these databases")} yourself when nobody needs {(foreign.Count == 1 ? "it" : "them")}");

    private static BsonDocument Document(ulong seed) => new()
    {
        { "_id", "made by the demo of BackupFunctions: it drops this database" },
        { "seed", new BsonDecimal128(seed) },
    };
}
