using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Backup;

/// <summary>
/// Copies a stretch of the oplog: reads, seals, stages. Memory is bounded by a batch and a chunk. A stretch that loses its place in the middle
/// is copied once more from its beginning, which then is either there or a gap. It ends before what no replay can pass; when that comes first, it is a gap.
/// </summary>
internal sealed class CaptureOplogActivity(
    Func<CancellationToken, Task<IOplogSource>> open, TimeProvider time, NamespaceFilter filter, RepositorySession session, IStaging staging, StagedObjects staged,
    IRandomSource random, int compressionLevel, ILoggerFactory loggers)
    : IActivity<CaptureInput, CaptureResult>
{
    private const int Attempts = 3;

    private readonly OplogFilter _filter = new(filter);
    private readonly OplogBarriers _barriers = new(filter);

    /// <inheritdoc/>
    public ActivityName<CaptureInput, CaptureResult> Name => BackupActivities.CaptureOplog;

    /// <summary>The staged record of a part.</summary>
    public static string RecordName(int part) => string.Create(CultureInfo.InvariantCulture, $"oplog-{part:D5}.record");

    /// <inheritdoc/>
    public async Task<CaptureResult> Run(CaptureInput input, CancellationToken cancellationToken)
    {
        if (await Captured(input.Backup, input.Part, cancellationToken) is { } earlier) return Result(earlier);
        var before = input.Part == 0 ? null : await Captured(input.Backup, input.Part - 1, cancellationToken);
        await using var source = await open(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var captured = await Capture(source, input, new(before?.Created ?? []), cancellationToken);
                await staged.Save(input.Backup, RecordName(input.Part), captured, cancellationToken);
                return Result(captured);
            }
            catch (OplogGapException e) when (e.Gap.Missing == input.After || e.Gap.Missing == input.Limits.StopAt)
            {
                return new(input.After, input.After, 0, 0, false, false, false, false, e.Gap) { Barrier = e.Gap.Barrier };
            }
            catch (OplogGapException e) when (attempt == Attempts)
            {
                throw new BackupException(ErrorKind.OplogGap, $"capture the oplog behind {input.After}: {e.Message}", "the oplog was lost under the reader more than once; run again when the set is stable", e);
            }
            catch (OplogGapException)
            {
                // lost in the middle
            }
        }
    }

    private async Task<CapturedOplog> Capture(IOplogSource source, CaptureInput input, CreatedCollections created, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        using var sealer = new BlockSealer(repository.Keys.Current, compressionLevel);
        await using var segments = new SegmentWriter(staging, input.Backup.ToString(), string.Create(CultureInfo.InvariantCulture, $"oplog-{input.Part:D5}"), random);
        using var chunker = new OplogChunker();
        using var files = new FileSealer(sealer, BaseChunks.None, segments.Write, CollectionReadOrder.Natural);
        var reader = new OplogReader(source, input.After, input.Limits, time, loggers.CreateLogger<OplogReader>(), operation => _barriers.Find(operation) ?? _filter.Arrival(operation));
        var (changes, renames, transactions) = (false, false, new OpenTransactions());
        await foreach (var group in reader.Read(cancellationToken))
        {
            foreach (var entry in group)
            {
                var use = _filter.Of(entry);
                if (use == OplogUse.LeftOut) continue;
                changes |= use == OplogUse.Changes;
                transactions.Add(entry);
                renames |= use == OplogUse.Changes && !created.Follow(entry.Operation);
                await segments.Prepare(cancellationToken);
                chunker.Add(entry.Raw.Span, files);
            }
        }
        if (reader.Barrier is { } barrier && reader.Through == input.After) throw new OplogGapException(new(input.After, OplogGapReason.NotReplayable, null, barrier));
        await segments.Prepare(cancellationToken);
        chunker.Finish(files);
        await segments.Close(cancellationToken);
        return new(input.After, reader.Through, changes, renames, transactions.AnyIsCut, reader.More, files.Files, segments.Segments, segments.BlockBytes) { Created = created.Names, Barrier = reader.Barrier };
    }

    private async Task<CapturedOplog?> Captured(BackupId backup, int part, CancellationToken cancellationToken)
    {
        try
        {
            return await staged.Load<CapturedOplog>(backup, RecordName(part), cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private static CaptureResult Result(CapturedOplog captured) =>
        new(captured.After, captured.Through, captured.Files.Sum(f => f.Documents), captured.Files.Sum(f => f.Bytes), captured.Changes, captured.Renames, captured.CutsTransaction, captured.More, null) { Barrier = captured.Barrier };
}
