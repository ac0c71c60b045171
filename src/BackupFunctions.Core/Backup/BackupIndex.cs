using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Backup;

/// <summary>
/// The table of contents of a backup: sealed, and the only place where names stand. It lists the chunk lists of each file, never chunks, so
/// that it stays small. With <see cref="Snapshot"/> the documents are those of exactly this cluster time; without it they were read one
/// after the other, and are of one moment only after all of <see cref="Oplog"/> was replayed on them. An incremental backup has an oplog and no
/// collections.
/// </summary>
public sealed record BackupIndex(
    int Format,
    BackupId Backup,
    BackupType Type,
    DateTimeOffset Started,
    SourceServer Server,
    Optime? StartOptime,
    Optime? Snapshot,
    IReadOnlyList<IndexedCollection> Collections,
    IndexedOplog? Oplog)
{
    /// <summary>The format that this code writes and reads.</summary>
    public const int CurrentFormat = 0;

    /// <summary>Where it is in the backup's directory.</summary>
    public const string FileName = "index";
}

/// <summary>What a backup holds.</summary>
public enum BackupType
{
    /// <summary>Every collection.</summary>
    Full,

    /// <summary>A slice of the oplog.</summary>
    Incremental,
}

/// <summary>The server that was read: its version, feature compatibility version and set name, where it tells them.</summary>
public sealed record SourceServer(string Version, string? FeatureCompatibilityVersion, string? ReplicaSet);

/// <summary>
/// A collection, time series or view of a backup. Options and index specifications are the server's bytes. Documents and bytes are exact counts of what
/// the files hold: of a time series, its buckets. <see cref="AverageChunk"/> is the target of the cutting, frozen per collection; 0 for a view.
/// </summary>
public sealed record IndexedCollection(
    string Database,
    string Name,
    CollectionType Type,
    RawBsonDocument Options,
    IReadOnlyList<RawBsonDocument> Indexes,
    Guid? Uuid,
    CollectionReadOrder Order,
    int AverageChunk,
    long Documents,
    long Bytes,
    IReadOnlyList<IndexedFile> Files)
{
    /// <summary>Its name.</summary>
    public Namespace Namespace => new(Database, Name);

    /// <summary>The description under which it is created again.</summary>
    public CollectionSpec ToSpec() => new()
    {
        Namespace = Namespace,
        Type = Type,
        Options = Options,
        Indexes = Indexes,
        Uuid = Uuid,
        Documents = Documents,
        Bytes = Bytes,
    };
}

/// <summary>
/// A file of a collection: file <see cref="Number"/> of the backup is <c>data/NNN/NNN</c>, its chunk list <c>lists/NNN/NNN</c> with the root
/// <see cref="List"/>. The hash is SHA-256 over its documents back to back; <see cref="First"/> is <c>{_id: …}</c> of the first one, where
/// the order is by id.
/// </summary>
public sealed record IndexedFile(int Number, Cid List, int Chunks, long Documents, long Bytes, long StoredBytes, Hash256 Sha256, RawBsonDocument? First)
{
    /// <summary>Where the sealed blocks are.</summary>
    public string DataPath => $"data/{Path}";

    /// <summary>Where the chunk list is.</summary>
    public string ListPath => $"lists/{Path}";

    private string Path => $"{Number / 1000:D3}/{Number % 1000:D3}";
}

/// <summary>
/// The public part of a backup, <c>backup.json</c>: what is needed to try a key, and a copy of the keyring as it was when the backup was made.
/// </summary>
public sealed record BackupHeader(int Format, RepositoryId Repository, BackupId Backup, uint Epoch, Keyring Keyring)
{
    /// <summary>Where it is in the backup's directory.</summary>
    public const string FileName = "backup.json";
}
