using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;

namespace BackupFunctions.Transfer;

/// <summary>
/// Writes what restores a backup elsewhere into one CAR, still sealed: the full backup, the slices up to the one that is meant, and what the manifest says of them.
/// </summary>
public sealed class BackupExport(RepositorySession session, ManifestStore manifest, BlockReader blocks, TimeProvider time)
{
    /// <summary>
    /// The backup by id, root CID or <c>latest</c>, after the full backup and the slices that it needs; with <paramref name="chain"/> also those that follow. A backup
    /// that no full one leads to is <see cref="ErrorKind.OplogGap"/> or <see cref="ErrorKind.NotFound"/>.
    /// </summary>
    public async Task<BackupExportSummary> WriteFile(string reference, bool chain, string path, IFiles files, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var state = await manifest.Load(cancellationToken);
        var backups = Needed(state, state.Find(reference), chain);
        var start = backups[0].Oplog?.Through.Optime;
        // between slices lie stretches that hold nothing: without them the chain would not be one
        var covered = start is null ? [] : state.Coverage.Where(c => c.After.Optime >= start && (chain || c.Through.Optime <= backups[^1].Oplog!.Through.Optime));
        // a first revision of its own, which can never be taken for the next one of any manifest
        var excerpt = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, 1, null, time.GetUtcNow(), null, [.. backups.Select(b => new BackupRecorded(b)), .. covered]);
        var (tree, made) = (new UnixFsTree(), new List<Block>());
        tree.Add(ExportLayout.Manifest, RevisionPublisher.Seal(repository, excerpt, made.Add), 0);
        for (var i = 0; i < backups.Count; i++) tree.Add(ExportLayout.Backup(i), backups[i].Root, backups[i].StoredBytes);
        var root = tree.Build(made.Add);
        var written = await CarExport.WriteFile(blocks.Before(new BlockSet("the export", made)), root, path, files, progress, cancellationToken);
        return new(root, backups, written.Blocks, written.Bytes);
    }

    private static List<BackupEntry> Needed(ManifestState state, BackupEntry backup, bool chain)
    {
        if (backup.Oplog is null) return [backup];
        var timeline = OplogTimeline.Of(state);
        var path = backup.Type == BackupType.Incremental ? timeline.Find(RestorePoint.At(backup.Oplog.Through.Optime)) : null;
        if (path is not null && path.Slices.All(s => s.Id != backup.Id))
            throw new BackupException(ErrorKind.OplogGap, $"export backup {backup.Id}: no full backup leads to it", "`backupfn windows` shows what can be restored");
        var full = path?.Full ?? backup;
        return [full, .. chain ? timeline.SlicesAfter(full) : path?.Slices ?? []];
    }
}

/// <summary>The root of the CAR, the backups in it, its blocks, and its length in bytes.</summary>
public sealed record BackupExportSummary(Cid Root, IReadOnlyList<BackupEntry> Backups, long Blocks, long Bytes);
