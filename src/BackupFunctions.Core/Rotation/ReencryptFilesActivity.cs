using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Restore;
using BackupFunctions.Staging;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>
/// Reads files of a backup, checks them to the last byte, and seals their documents again under the current epoch, cut anew by its key, so that later backups find their chunks again
/// and lengths tell nothing to who knows the old one. Memory is bounded by a chunk and a document; plaintext never touches a disk. A turn that was finished is not repeated.
/// </summary>
internal sealed class ReencryptFilesActivity(
    RepositorySession session, ManifestStore manifest, BlockReader blocks, IStaging staging, StagedObjects staged, IRandomSource random, int compressionLevel, TimeProvider time)
    : IActivity<ReencryptInput, ReencryptResult>
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ActivityName<ReencryptInput, ReencryptResult> Name => RotationActivities.ReencryptFiles;

    /// <summary>The staged record of the turn that began with this file.</summary>
    public static string RecordName(int from) => string.Create(CultureInfo.InvariantCulture, $"sealed-{from:D7}.record");

    /// <inheritdoc/>
    public async Task<ReencryptResult> Run(ReencryptInput input, CancellationToken cancellationToken)
    {
        var listed = (await manifest.Load(cancellationToken)).Backups.FirstOrDefault(b => b.Id == input.Backup);
        var repository = await session.Open(cancellationToken);
        var keys = repository.Keys.Current;
        if (listed is null || listed.Epoch == keys.Epoch) return new(false, 0, 0, 0);
        if (input.From == 0) await RequireSpace(listed, cancellationToken);
        var backup = await OpenedBackup.Open(new DagContent(blocks, listed.Root), repository.Keys, cancellationToken);
        var files = SourceFile.Of(backup.Index);
        if (await Earlier(input, listed.Root, keys.Epoch, cancellationToken) is { } earlier) return new(true, earlier.Next, files.Count, earlier.NewBytes);

        using var sealer = new BlockSealer(keys, compressionLevel);
        await using var segments = new SegmentWriter(staging, input.Backup.ToString(), string.Create(CultureInfo.InvariantCulture, $"sealed-{input.From:D7}"), random);
        var made = new List<IReadOnlyList<DumpedFile>>();
        var (next, started) = (input.From, time.GetTimestamp());
        while (next < files.Count && (next == input.From || time.GetElapsedTime(started) < Turn)) made.Add(await Seal(backup, files[next++], keys, sealer, segments, cancellationToken));
        await segments.Close(cancellationToken);
        await staged.Save(input.Backup, RecordName(input.From), new ReencryptedFiles(listed.Root, keys.Epoch, input.From, next, made, segments.Segments, segments.BlockBytes), cancellationToken);
        return new(true, next, files.Count, segments.BlockBytes);
    }

    private static async Task<IReadOnlyList<DumpedFile>> Seal(
        OpenedBackup backup, SourceFile source, RepositoryKeys keys, BlockSealer sealer, SegmentWriter segments, CancellationToken cancellationToken)
    {
        using var files = new FileSealer(sealer, BaseChunks.None, segments.Write, source.Collection?.Order ?? CollectionReadOrder.Natural);
        var documents = new DocumentAssembler();
        if (source.Collection is { } collection)
        {
            using var chunker = new DocumentChunker(keys, new ChunkingParameters(collection.AverageChunk));
            await foreach (var stretch in backup.ReadFile(source.File, cancellationToken))
            {
                await segments.Prepare(cancellationToken);
                chunker.Add(documents.Add(stretch), files);
            }
            chunker.Finish(files);
        }
        else
        {
            using var chunker = new OplogChunker();
            await foreach (var stretch in backup.ReadFile(source.File, cancellationToken))
            {
                await segments.Prepare(cancellationToken);
                foreach (var entry in documents.Add(stretch)) chunker.Add(entry.Span, files);
            }
            chunker.Finish(files);
        }
        documents.Finish();
        var (count, bytes) = (files.Files.Sum(f => f.Documents), files.Files.Sum(f => f.Bytes));
        return count == source.File.Documents && bytes == source.File.Bytes ? files.Files
            : throw BackupException.Corrupt($"seal {source.File.DataPath} of backup {backup.Header.Backup} again: it holds {count} documents in {bytes} bytes, its index says {source.File.Documents} in {source.File.Bytes}");
    }

    private async Task<ReencryptedFiles?> Earlier(ReencryptInput input, Cid source, uint epoch, CancellationToken cancellationToken)
    {
        try
        {
            var earlier = await staged.Load<ReencryptedFiles>(input.Backup, RecordName(input.From), cancellationToken);
            return earlier.Source == source && earlier.Epoch == epoch ? earlier : null;
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt or ErrorKind.WrongKey)
        {
            return null;
        }
    }

    private async Task RequireSpace(BackupEntry backup, CancellationToken cancellationToken)
    {
        if (await staging.FreeBytes(cancellationToken) is { } free && free < backup.StoredBytes)
            throw new BackupException(ErrorKind.Failed,
                $"stage backup {backup.Id} again (BACKUP_STAGING): it needs about {Human.Size(backup.StoredBytes)}, and {Human.Size(free)} are free",
                "free space there, or set BACKUP_STAGING to a directory on a larger volume; then run it again, which goes on");
    }
}
