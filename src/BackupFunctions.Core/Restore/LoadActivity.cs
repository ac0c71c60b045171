using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Loads the files of one unit. Run again, it does nothing; half done, it finds
/// documents there, byte for byte, and counts them as loaded.</summary>
internal sealed class LoadActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreStep, LoadResult>
{
    private const int BatchBytes = 8 * 1024 * 1024;

    /// <inheritdoc/>
    public ActivityName<RestoreStep, LoadResult> Name => RestoreActivities.Load;

    /// <inheritdoc/>
    public async Task<LoadResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        if (await job.State.FindLoaded(input.Number, cancellationToken) is { } loaded) return loaded;
        var writer = await job.Writer(cancellationToken);
        var total = default(InsertSummary);
        foreach (var (collection, file) in job.Plan.Units[input.Number].Files)
            total += await Load(job.Backup, collection.ToSpec(), file, writer, cancellationToken);
        var result = new LoadResult(total.Documents, total.Bytes, total.EmptyTimestampsReplaced);
        await job.State.Loaded(input.Number, result, cancellationToken);
        return result;
    }

    private static async Task<InsertSummary> Load(OpenedBackup backup, CollectionSpec spec, IndexedFile file, CollectionWriter writer, CancellationToken cancellationToken)
    {
        var assembler = new DocumentAssembler();
        var batch = new List<ReadOnlyMemory<byte>>();
        var total = default(InsertSummary);
        long bytes = 0;
        await foreach (var stretch in backup.ReadFile(file, cancellationToken))
        {
            foreach (var document in assembler.Add(stretch))
            {
                batch.Add(document);
                bytes += document.Length;
            }
            if (bytes < BatchBytes) continue;
            total += await writer.Insert(spec, batch, cancellationToken, repeatable: true);
            batch.Clear();
            bytes = 0;
        }
        assembler.Finish();
        if (batch.Count > 0) total += await writer.Insert(spec, batch, cancellationToken, repeatable: true);
        return total.Documents == file.Documents
            ? total
            : throw BackupException.Corrupt($"read {file.DataPath}: it holds {total.Documents} documents, the index says {file.Documents}");
    }
}
