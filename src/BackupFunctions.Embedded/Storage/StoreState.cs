using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Everything stored, as of one oplog entry; it never changes.</summary>
/// <param name="Optime">Timestamp of the entry.</param>
/// <param name="Term">Election term of the entry.</param>
/// <param name="Wall">Wall clock time of the entry, UTC.</param>
/// <param name="Catalog">All databases.</param>
/// <param name="Before">All databases before the unit of writing that made this state.</param>
/// <param name="Journal">What that unit did.</param>
internal sealed record StoreState(BsonTimestamp Optime, long Term, DateTime Wall, Catalog Catalog, Catalog Before, UnitJournal Journal)
{
    /// <summary>Before the first entry.</summary>
    public static readonly StoreState Empty = new(new BsonTimestamp(0, 0), 0, DateTime.UnixEpoch, Catalog.Empty, Catalog.Empty, new UnitJournal());
}
