using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Backup;

/// <summary>
/// Reads one unit of the plan, seals it and stages the new blocks. Dump and encryption are one step, so that plaintext never reaches a disk.
/// Memory is bounded by a batch of documents, a chunk and the chunk lists around the range. Where the plan's snapshot is lost, documents are read as
/// they are; where the oldest documents of a capped collection are overwritten while they are read, or its cursor is lost otherwise, it is read anew. Run again, it finds what it had sealed.
/// </summary>
internal sealed partial class DumpActivity(
    MongoEndpoint source, RepositorySession session, IStaging staging, StagedObjects staged, IRandomSource random, int compressionLevel, ILoggerFactory loggers)
    : IActivity<DumpInput, DumpResult>
{
    private const int Attempts = 5;

    /// <inheritdoc/>
    public ActivityName<DumpInput, DumpResult> Name => BackupActivities.DumpAndEncrypt;

    /// <summary>The staged record of a unit.</summary>
    public static string RecordName(int unit) => string.Create(CultureInfo.InvariantCulture, $"unit-{unit:D5}.record");

    /// <inheritdoc/>
    public async Task<DumpResult> Run(DumpInput input, CancellationToken cancellationToken)
    {
        if (await staged.Find<UnitFiles>(input.Backup, RecordName(input.Unit), cancellationToken) is { } done) return Result(done);
        var plan = await staged.Load<BackupPlan>(input.Backup, PlanActivity.RecordName, cancellationToken);
        var unit = plan.Units[input.Unit];
        var repository = await session.Open(cancellationToken);
        using var sealer = new BlockSealer(repository.Keys.Current, compressionLevel);
        using var opener = repository.Opener();
        var prefix = string.Create(CultureInfo.InvariantCulture, $"unit-{input.Unit:D5}");
        await using var segments = new SegmentWriter(staging, input.Backup.ToString(), prefix, random);
        var logger = loggers.CreateLogger<DumpActivity>();

        var ranges = new List<RangeFiles>();
        var snapshot = plan.Snapshot;
        foreach (var range in unit.Ranges)
        {
            var reusable = range.BaseLists.Count == 0
                ? BaseChunks.None
                : await BaseChunks.Load(range.BaseLists, new UnixFsReader(repository.Blocks), opener, (list, e) => LogUnreadable(logger, e, list), cancellationToken);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    ranges.Add(new(range.Collection, await Dump(plan, range, snapshot, reusable, repository.Keys.Current, sealer, segments, cancellationToken)));
                    break;
                }
                catch (BackupException e) when (snapshot is not null && MongoErrors.IsSnapshotLost(e))
                {
                    LogSnapshotLost(logger, e, snapshot);
                    snapshot = null;
                }
                catch (BackupException e) when (attempt < Attempts && plan.Collections[range.Collection].Spec.ReadOrder == CollectionReadOrder.Natural && MongoErrors.IsCursorLost(e))
                {
                    LogPositionLost(logger, e, plan.Collections[range.Collection].Spec.Namespace);
                }
            }
        }
        await segments.Close(cancellationToken);
        var sealedFiles = new UnitFiles(input.Unit, snapshot is not null, ranges, segments.Segments, segments.BlockBytes);
        await staged.Save(input.Backup, RecordName(input.Unit), sealedFiles, cancellationToken);
        return Result(sealedFiles);
    }

    private static DumpResult Result(UnitFiles unit)
    {
        var files = unit.Ranges.SelectMany(r => r.Files).ToList();
        return new(unit.Exact, files.Sum(f => f.Documents), files.Sum(f => f.Bytes), files.Sum(f => f.StoredBytes), unit.NewBytes);
    }

    private async Task<IReadOnlyList<DumpedFile>> Dump(
        BackupPlan plan, PlannedRange range, Optime? snapshot, BaseChunks reusable, RepositoryKeys keys, BlockSealer sealer, SegmentWriter segments, CancellationToken cancellationToken)
    {
        var connection = await source.Connect(cancellationToken);
        var collection = plan.Collections[range.Collection];
        // a secondary that lags behind would give a state from before the oplog that belongs to this backup
        var reader = new RawDocumentReader(connection, loggers.CreateLogger<RawDocumentReader>())
        {
            AfterTime = snapshot is null ? plan.StartOptime?.ToTimestamp() : null,
            Snapshot = snapshot?.ToTimestamp(),
        };
        using var chunker = new DocumentChunker(keys, new ChunkingParameters(collection.AverageChunk));
        using var files = new FileSealer(sealer, reusable, segments.Write, collection.Spec.ReadOrder);
        await foreach (var batch in reader.Read(collection.Spec, range.Keys, cancellationToken))
        {
            await segments.Prepare(cancellationToken);
            chunker.Add(batch.Documents, files);
        }
        await segments.Prepare(cancellationToken);
        chunker.Finish(files);
        return files.Files;
    }

    [LoggerMessage(LogLevel.Warning, "read as of {Snapshot}: the server cannot any more; documents are read as they are, and the oplog makes the backup whole")]
    private static partial void LogSnapshotLost(ILogger logger, Exception exception, Optime snapshot);

    [LoggerMessage(LogLevel.Warning, "read {Namespace}: the place in its natural order was lost; it is read anew")]
    private static partial void LogPositionLost(ILogger logger, Exception exception, Namespace @namespace);

    [LoggerMessage(LogLevel.Warning, "read chunk list {List} of the base backup: not possible, its chunks are stored again")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, Cid list);
}
