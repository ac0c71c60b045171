using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// What somebody asks for: a backup by id, root CID or <c>latest</c>, and how far its oplog is to be replayed: to a point in time, or to the end
/// of incremental backups given by root CID; with neither, as little as makes the full backup whole.
/// </summary>
public sealed record RestoreQuery(string Backup, RestorePoint? At, IReadOnlyList<Cid> Incrementals);

/// <summary>A full backup, the slices whose oplog follows it, in order, and the last optime that counts; null for the first moment at which the full backup is whole.</summary>
public sealed record ChosenBackups(Cid Root, IReadOnlyList<Cid> Slices, Optime? Through)
{
    /// <summary>That the catalogue is behind what the nodes hold, so that the choice may be, too.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Finds the full backup and the slices that lead where a query wants to go.</summary>
public static class RestoreChoice
{
    /// <summary>
    /// Chooses with the manifest; null when there is none, and then the query must name the backups by their CIDs, each slice that is needed.
    /// </summary>
    public static async Task<ChosenBackups> Find(RestoreQuery query, ManifestState? manifest, RestoreSession session, CancellationToken cancellationToken)
    {
        if (manifest is not null && Recorded(query, manifest) is { } point)
        {
            var full = query.Backup == "latest" ? null : Full(manifest.Find(query.Backup));
            return Along(OplogTimeline.Of(manifest).Find(point, full));
        }
        var root = Cid.TryParse(query.Backup, out var cid) ? cid : Full(Find(manifest, query.Backup)).Root;
        return query.At is null && query.Incrementals.Count == 0 ? new(root, [], null) : await Explicit(query, root, session, cancellationToken);
    }

    // where to go by the manifest; null when it has to be found out from the backups themselves
    private static RestorePoint? Recorded(RestoreQuery query, ManifestState manifest)
    {
        var known = manifest.Backups.ToDictionary(b => b.Root);
        if (Cid.TryParse(query.Backup, out var root) && !known.ContainsKey(root)) return null;
        if (query.Incrementals.Any(i => !known.ContainsKey(i))) return null;
        return query.At ?? (query.Incrementals.Select(i => known[i].Oplog?.Through.Optime).Max() is { } end ? RestorePoint.At(end) : null);
    }

    private static ChosenBackups Along(RestorePath path)
    {
        // behind the last slice nothing was written that a restore needs, as far as the point is covered
        var end = (path.Slices.Count > 0 ? path.Slices[^1] : path.Full).Oplog!.Through.Optime;
        return new(path.Full.Root, [.. path.Slices.Select(s => s.Root)], path.Point.Latest < end ? path.Point.Latest : end);
    }

    private static async Task<ChosenBackups> Explicit(RestoreQuery query, Cid root, RestoreSession session, CancellationToken cancellationToken)
    {
        var full = await session.Open(root, cancellationToken);
        var slices = new List<(Cid Root, IndexedOplog Oplog)>();
        foreach (var slice in query.Incrementals)
        {
            var index = (await session.OpenOther(slice, cancellationToken)).Index;
            slices.Add((slice, index.Oplog ?? throw new BackupException(ErrorKind.Configuration, $"restore with {slice}: it is no incremental backup", "give the root CIDs of incremental backups")));
        }
        slices.Sort((a, b) => a.Oplog.Through.Optime.CompareTo(b.Oplog.Through.Optime));
        var end = (slices.Count > 0 ? slices[^1].Oplog : full.Index.Oplog)?.Through.Optime
            ?? throw new BackupException(ErrorKind.OplogGap, $"restore {root} to a point in time: it was taken without an oplog", "restore it without a point in time");
        if (query.At is { } at && end < at.Needed)
            throw new BackupException(ErrorKind.OplogGap, $"restore to {at}: the backups given end at {end}", "give the incremental backups that follow, or restore with the catalogue");
        if ((full.Index.Snapshot ?? full.Index.Oplog?.Through.Optime) is { } consistent && consistent > query.At?.Latest)
            throw new BackupException(ErrorKind.OplogGap, $"restore to {query.At}: {root} is whole only from {consistent} on", "give an earlier full backup");
        return new(root, [.. slices.Select(s => s.Root)], query.At?.Latest is { } latest && latest < end ? latest : end);
    }

    private static BackupEntry Find(ManifestState? manifest, string reference) => manifest is null
        ? throw new BackupException(ErrorKind.Configuration, $"find backup '{reference}': there is no catalogue", $"set {SettingNames.CatalogUri} or {SettingNames.MongoUri}, or give the root CID of a backup")
        : reference == "latest" ? manifest.Latest(BackupType.Full) ?? throw BackupException.NotFound("find the latest full backup: there is none yet", "make one with `backupfn backup full`") : manifest.Find(reference);

    private static BackupEntry Full(BackupEntry entry) => entry.Type == BackupType.Full ? entry : throw NotFull(entry.Id, entry.Root);

    /// <summary>The error of an incremental backup that is to be restored by itself.</summary>
    internal static BackupException NotFull(BackupId backup, Cid root) =>
        new(ErrorKind.Configuration, $"restore backup {backup}: it is an incremental one", $"restore-full latest --incremental {root} restores to its end");
}
