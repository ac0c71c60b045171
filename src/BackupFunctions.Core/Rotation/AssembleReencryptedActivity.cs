using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>Makes the index and the root of a backup over its files that were sealed again, and stages them: the same backup under another root and epoch.</summary>
internal sealed class AssembleReencryptedActivity(
    RepositorySession session, ManifestStore manifest, BlockReader blocks, IStaging staging, StagedObjects staged, IRandomSource random)
    : IActivity<AssembleReencryptedInput, BackupEntryResult>
{
    /// <inheritdoc/>
    public ActivityName<AssembleReencryptedInput, BackupEntryResult> Name => RotationActivities.AssembleReencrypted;

    /// <inheritdoc/>
    public async Task<BackupEntryResult> Run(AssembleReencryptedInput input, CancellationToken cancellationToken)
    {
        var listed = (await manifest.Load(cancellationToken)).Backups.FirstOrDefault(b => b.Id == input.Backup)
            ?? throw BackupException.NotFound($"seal backup {input.Backup} again: it is not listed any more", "run it again");
        var repository = await session.Open(cancellationToken);
        var index = (await OpenedBackup.Open(new DagContent(blocks, listed.Root), repository.Keys, cancellationToken)).Index;
        var turns = await Turns(listed, SourceFile.Of(index).Count, cancellationToken);

        var root = new BackupRoot();
        var made = new Queue<IReadOnlyList<DumpedFile>>(turns.SelectMany(t => t.Files));
        IndexedCollection[] collections = [.. index.Collections.Select(c => c with { Files = Next(c.Files.Count) })];
        var oplog = index.Oplog is { } o ? o with { Files = Next(o.Files.Count) } : null;
        await using var segments = new SegmentWriter(staging, input.Backup.ToString(), "root", random);
        await segments.Prepare(cancellationToken);
        var cid = root.Write(repository, index with { Collections = collections, Oplog = oplog }, segments);
        await segments.Close(cancellationToken);

        var entry = listed with
        {
            Root = cid,
            Epoch = repository.Keyring.CurrentEpoch,
            StoredBytes = collections.SelectMany(c => c.Files).Concat(oplog?.Files ?? []).Sum(f => f.StoredBytes),
            NewBytes = turns.Sum(t => t.NewBytes) + segments.BlockBytes,
            Copies = [],
            WantedCopies = repository.Nodes.Count,
        };
        await staged.Save(input.Backup, StagedBackup.RecordName, new StagedBackup(entry, [], [.. turns.SelectMany(t => t.Segments), .. segments.Segments]), cancellationToken);
        return new(entry);

        List<IndexedFile> Next(int files) => [.. Enumerable.Range(0, files).SelectMany(_ => root.Place(made.Dequeue()))];
    }

    private async Task<List<ReencryptedFiles>> Turns(BackupEntry listed, int files, CancellationToken cancellationToken)
    {
        var turns = new List<ReencryptedFiles>();
        for (var at = 0; at < files; at = turns[^1].Next)
        {
            var turn = await staged.Load<ReencryptedFiles>(listed.Id, ReencryptFilesActivity.RecordName(at), cancellationToken);
            if (turn.Source != listed.Root || turn.Next <= at) throw BackupException.Corrupt($"seal backup {listed.Id} again: what is staged from file {at} on belongs to {turn.Source}");
            turns.Add(turn);
        }
        return turns;
    }
}
