using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>How far the oplog has come. Read with every reply, from many threads.</summary>
internal interface IOptimeSource
{
    /// <summary>The timestamp of the newest oplog entry; never goes back.</summary>
    BsonTimestamp LastOptime { get; }

    /// <summary>The wall clock time (UTC) of the newest oplog entry.</summary>
    DateTime LastWallTime { get; }
}
