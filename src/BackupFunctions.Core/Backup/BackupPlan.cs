using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Backup;

/// <summary>
/// What a full backup will read, staged (sealed) by the plan activity and read by the dump activities: documents as of <see cref="Snapshot"/>, or, where
/// it is null, as they are when it is their turn.
/// </summary>
public sealed record BackupPlan(
    BackupId Backup,
    DateTimeOffset Started,
    SourceServer Server,
    Optime? StartOptime,
    Optime? Snapshot,
    Cid? Base,
    IReadOnlyList<PlannedCollection> Collections,
    IReadOnlyList<PlannedUnit> Units);

/// <summary>A collection as it was found, and how it will be cut.</summary>
public sealed record PlannedCollection(CollectionSpec Spec, int AverageChunk);

/// <summary>The work of one dump activity: one range of a large collection, or several small collections.</summary>
public sealed record PlannedUnit(int Number, IReadOnlyList<PlannedRange> Ranges);

/// <summary>
/// A range of a collection (its place in <see cref="BackupPlan.Collections"/>), and the chunk lists of the base backup that hold the same
/// neighbourhood, whose unchanged chunks can be used again.
/// </summary>
public sealed record PlannedRange(int Collection, KeyRange Keys, IReadOnlyList<Cid> BaseLists);

/// <summary>
/// What a dump activity made of its unit, staged (sealed) beside its segments: per range, the files in order; and the segments with their
/// newly sealed bytes. With <see cref="Exact"/> every document is that of the plan's snapshot.
/// </summary>
public sealed record UnitFiles(int Unit, bool Exact, IReadOnlyList<RangeFiles> Ranges, IReadOnlyList<StagedCar> Segments, long NewBytes);

/// <summary>The files of one range.</summary>
public sealed record RangeFiles(int Collection, IReadOnlyList<DumpedFile> Files);

/// <summary>A file as dumped, without its number: roots and total block sizes (Tsize) of its data and list DAGs.</summary>
public sealed record DumpedFile(
    Cid Data, long DataTsize, Cid List, long ListTsize, int Chunks, long Documents, long Bytes, long StoredBytes, Hash256 Sha256, RawBsonDocument? First);
