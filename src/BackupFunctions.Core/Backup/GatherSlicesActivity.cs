using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;

namespace BackupFunctions.Backup;

/// <summary>
/// Makes one captured part of the oplog out of recorded slices that follow each other, without their data: it names the files that the nodes hold. What is assembled from it has a new
/// index and new directories, and shares everything else.
/// </summary>
internal sealed class GatherSlicesActivity(RepositorySession session, ManifestStore manifest, StagedObjects staged) : IActivity<GatherInput, GatheredSlices>
{
    /// <inheritdoc/>
    public ActivityName<GatherInput, GatheredSlices> Name => BackupActivities.GatherSlices;

    /// <inheritdoc/>
    public async Task<GatheredSlices> Run(GatherInput input, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var listed = (await manifest.Load(cancellationToken)).Backups.ToDictionary(b => b.Id);
        var reader = new UnixFsReader(repository.Blocks);
        using var opener = repository.Opener();
        var files = new List<DumpedFile>();
        BackupIndex? first = null, last = null;
        foreach (var id in input.Slices)
        {
            if (!listed.TryGetValue(id, out var slice)) throw BackupException.NotFound($"merge slices: backup {id} is not listed any more");
            var index = await OpenedBackup.ReadIndex(new DagContent(repository.Blocks, slice.Root), opener, id, cancellationToken);
            var oplog = index.Oplog ?? throw BackupException.Corrupt($"merge slices: backup {id} has no oplog");
            if (last is not null && oplog.After != last.Oplog!.Through)
                throw new BackupException(ErrorKind.OplogGap, $"merge slices: one ends at {last.Oplog.Through}, the next, {id}, begins behind {oplog.After}");
            (first, last) = (first ?? index, index);
            if (oplog.Files.Count > 0) files.AddRange(await Files(reader, slice.Root, oplog, cancellationToken));
        }
        var captured = new CapturedOplog(first!.Oplog!.After, last!.Oplog!.Through, Changes: true, Renames: false, CutsTransaction: false, More: false, files, [], 0);
        await staged.Save(input.Backup, CaptureOplogActivity.RecordName(0), captured, cancellationToken);
        return new(last.Server);
    }

    private static async Task<IEnumerable<DumpedFile>> Files(UnixFsReader reader, Cid root, IndexedOplog oplog, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, UnixFsEntry>(StringComparer.Ordinal);
        foreach (var name in new[] { "data", "lists" })
        {
            foreach (var folder in await reader.List(await reader.Resolve(root, name, cancellationToken), cancellationToken))
            {
                foreach (var file in await reader.List(folder.Cid, cancellationToken)) entries.Add($"{name}/{folder.Name}/{file.Name}", file);
            }
        }
        return oplog.Files.Select(f =>
        {
            if (!entries.TryGetValue(f.DataPath, out var data) || !entries.TryGetValue(f.ListPath, out var list) || list.Cid != f.List)
                throw BackupException.Corrupt($"merge slices: {root} lacks {f.DataPath}, or has another list than its index says");
            return new DumpedFile(data.Cid, data.Tsize, list.Cid, list.Tsize, f.Chunks, f.Documents, f.Bytes, f.StoredBytes, f.Sha256, f.First);
        });
    }
}
