using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Bson;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.MongoDump;

namespace BackupFunctions.Restore;

/// <summary>
/// Turns an opened backup and the slices after it into a mongodump directory, without a server: with <c>oplog.bson</c> where they hold oplog,
/// as <c>mongorestore --oplogReplay</c> takes it. The directory appears whole or not at all.
/// </summary>
public static class DumpExporter
{
    /// <summary>What stands in the prelude as the tool that wrote the directory.</summary>
    private const string ToolVersion = "backupfn";

    /// <summary>Writes every collection and view, and the oplog in one piece; the target must be absent or empty.</summary>
    public static async Task<ExportSummary> Run(
        OpenedBackup backup, IReadOnlyList<OpenedBackup> slices, string directory, IFiles files, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            return await Write(backup, slices, directory, files, progress, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(ErrorKind.Failed, $"write {directory}: {e.Message}", DiskProblem.HintFor(e, directory), e);
        }
    }

    private static async Task<ExportSummary> Write(
        OpenedBackup backup, IReadOnlyList<OpenedBackup> slices, string directory, IFiles files, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        using var writer = new DumpDirectoryWriter(directory, files);
        IReadOnlyList<OpenedBackup> chain = backup.Index.Oplog is null && slices.Count == 0 ? [] : [backup, .. slices];
        var total = backup.Index.Collections.Sum(c => c.Bytes) + chain.Sum(b => b.Index.Oplog?.Bytes ?? 0);
        long documents = 0, bytes = 0, entries = 0;
        foreach (var collection in backup.Index.Collections)
        {
            using var target = writer.OpenCollection(Describe(collection));
            foreach (var file in collection.Files)
            {
                var assembler = new DocumentAssembler();
                await foreach (var stretch in backup.ReadFile(file, cancellationToken))
                {
                    await target.Write(assembler.Add(stretch), cancellationToken);
                    progress?.Invoke(bytes += stretch.Length, total);
                }
                assembler.Finish();
            }
            if (target.Documents != collection.Documents)
                throw BackupException.Corrupt($"export {collection.Namespace}: its files hold {target.Documents} documents, the index says {collection.Documents}");
            target.Complete();
            documents += target.Documents;
        }
        if (chain.Count > 0)
        {
            using var oplog = writer.OpenOplog();
            await foreach (var entry in new OplogChain(chain).Read(null, cancellationToken))
            {
                await oplog.Write([entry.Raw], cancellationToken);
                progress?.Invoke(bytes += entry.Raw.Length, total);
            }
            entries = oplog.Documents;
            oplog.Complete();
        }
        writer.Complete(backup.Index.Server.Version, ToolVersion);
        return new(backup.Index.Collections.Count, documents, entries, bytes);
    }

    private static DumpCollection Describe(IndexedCollection collection)
    {
        var options = collection.Options.Bytes().Length > 5 ? collection.Options : null;
        return collection.Type switch
        {
            CollectionType.View => new(collection.Database, collection.Name, options, collection.Indexes, DumpCollection.View, collection.Uuid),
            CollectionType.Timeseries => new(collection.Database, collection.Name, options, collection.Indexes, DumpCollection.Timeseries, null, collection.Namespace.Buckets.Collection),
            _ => new(collection.Database, collection.Name, options, collection.Indexes, DumpCollection.Ordinary, collection.Uuid),
        };
    }
}

/// <summary>What was written.</summary>
public sealed record ExportSummary(long Collections, long Documents, long OplogEntries, long Bytes);
