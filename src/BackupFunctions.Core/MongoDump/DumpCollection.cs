using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>A collection or view in a dump.</summary>
/// <param name="Database">Database name.</param>
/// <param name="Name">Collection name, unescaped and whole.</param>
/// <param name="Options">The options of listCollections as kept, or null when there are none.</param>
/// <param name="Indexes">The documents of listIndexes as kept, with <c>_id_</c>; empty for views and where the dump says nothing.</param>
/// <param name="Type"><c>collection</c>, <c>view</c> or <c>timeseries</c>.</param>
/// <param name="Uuid">The collection's UUID at the source, or null.</param>
/// <param name="DataName">
/// The collection that holds the documents when it is another: <c>system.buckets.X</c> of a timeseries X. Archives do not tell it beforehand.
/// </param>
public sealed record DumpCollection(
    string Database,
    string Name,
    RawBsonDocument? Options,
    IReadOnlyList<RawBsonDocument> Indexes,
    string Type = DumpCollection.Ordinary,
    Guid? Uuid = null,
    string? DataName = null)
{
    /// <summary>Type of an ordinary collection.</summary>
    public const string Ordinary = "collection";

    /// <summary>Type of a view: it has no documents of its own.</summary>
    public const string View = "view";

    /// <summary>Type of a timeseries collection: its documents are the raw buckets.</summary>
    public const string Timeseries = "timeseries";

    internal const string BucketsPrefix = "system.buckets.";

    /// <summary>
    /// Whether these are users, roles or the version of them: <c>admin.system.users</c> and its siblings, or those of one database under
    /// <c>$admin.system.users</c>. They are restored by the server's own commands, never by inserting.
    /// </summary>
    public bool HoldsUsersOrRoles =>
        (Database == "admin" && Name is "system.users" or "system.roles" or "system.version")
        || Name.StartsWith("$admin.system.", StringComparison.Ordinal);

    /// <summary>Database and collection with a dot between them.</summary>
    public override string ToString() => $"{Database}.{Name}";

    internal static DumpCollection From(string database, string name, CollectionMetadata? metadata, string? statedType = null)
    {
        var inBuckets = name.StartsWith(BucketsPrefix, StringComparison.Ordinal);
        var type = inBuckets ? Timeseries : FirstText(metadata?.Type, statedType) ?? TypeByOptions(metadata?.Options);
        return new(database, inBuckets ? name[BucketsPrefix.Length..] : name, metadata?.Options, metadata?.Indexes ?? [], type, metadata?.Uuid,
            inBuckets ? name : null);
    }

    private static string? FirstText(string? first, string? second) =>
        string.IsNullOrEmpty(first) ? string.IsNullOrEmpty(second) ? null : second : first;

    /// <summary>Dumps made before the type was kept.</summary>
    private static string TypeByOptions(RawBsonDocument? options) =>
        options is null ? Ordinary : options.Contains("viewOn") ? View : options.Contains("timeseries") ? Timeseries : Ordinary;
}
