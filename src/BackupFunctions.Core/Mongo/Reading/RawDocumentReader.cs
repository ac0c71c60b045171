using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using Polly;

namespace BackupFunctions.Mongo;

/// <summary>Reads the documents of a collection as the server's bytes, without decoding them.</summary>
public sealed partial class RawDocumentReader(MongoConnection connection, ILogger<RawDocumentReader> logger)
{
    /// <summary>How often one batch is attempted before its failure ends the read.</summary>
    public const int Attempts = 6;

    /// <summary>
    /// Documents are not read from a member before it has reached this operation time; null for whatever state a member is in. A backup sets the
    /// optime where its oplog starts, since a lagging secondary would otherwise give a state from before it.
    /// </summary>
    public BsonTimestamp? AfterTime { get; init; }

    /// <summary>
    /// Documents are those of exactly this cluster time, from whichever member; null for what is there when they are read. When the server
    /// cannot give them, or no longer, the failure satisfies <see cref="MongoErrors.IsSnapshotLost"/>.
    /// </summary>
    public BsonTimestamp? Snapshot { get; init; }

    /// <summary>
    /// The documents of a range in the order of <see cref="CollectionSpec.ReadOrder"/>. A batch is valid until the next is asked for. When the
    /// server, the primary or the cursor is lost, a read by <c>_id</c> goes on behind the last document given; one in natural order starts
    /// again only while nothing was given, and fails otherwise.
    /// </summary>
    public async IAsyncEnumerable<RawBatch> Read(CollectionSpec spec, KeyRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (spec.ReadOrder == CollectionReadOrder.Natural && !range.IsAll)
            throw new ArgumentException($"{spec.Namespace} is read in natural order, which has no ranges", nameof(range));
        var source = await FindCursorSource.Start(connection, spec, AfterTime, Snapshot, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            await foreach (var batch in Read(source, spec, range, connection.Time, logger, cancellationToken).ConfigureAwait(false)) yield return batch;
        }
    }

    /// <summary>The same over any source of cursors.</summary>
    public static async IAsyncEnumerable<RawBatch> Read(
        IRawCursorSource source, CollectionSpec spec, KeyRange range, TimeProvider time, ILogger logger,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = new ReadPosition(source, spec, range);
        var retry = MongoRetry.Create(Attempts, time, MongoErrors.IsTransient, (e, attempt) => LogReopening(logger, e, spec.Namespace, attempt));
        try
        {
            while (await Next(position, retry, spec, cancellationToken).ConfigureAwait(false) is { } batch)
            {
                try
                {
                    yield return batch;
                }
                finally
                {
                    batch.Release();
                }
            }
        }
        finally
        {
            position.Close();
        }
    }

    private static async Task<RawBatch?> Next(ReadPosition position, ResiliencePipeline retry, CollectionSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            return await retry.ExecuteAsync(async ct => await position.Next(ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BackupException))
        {
            throw MongoCall.Failure($"read {spec.Namespace}: after {position.Delivered} documents", MongoCall.EitherRoles, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "read {Namespace}: connection or cursor lost, reopening (attempt {Attempt})")]
    private static partial void LogReopening(ILogger logger, Exception exception, Namespace @namespace, int attempt);
}
