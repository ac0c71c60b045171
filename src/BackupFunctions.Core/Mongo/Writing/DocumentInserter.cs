using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// What an insert did: documents, their bytes, and how many of them hold a top-level <c>Timestamp(0, 0)</c> that the server replaced by its
/// clock, because it is too old (before 4.2) to be told otherwise.
/// </summary>
public readonly record struct InsertSummary(long Documents, long Bytes, long EmptyTimestampsReplaced)
{
    /// <summary>Both together.</summary>
    public static InsertSummary operator +(InsertSummary left, InsertSummary right) =>
        new(left.Documents + right.Documents, left.Bytes + right.Bytes, left.EmptyTimestampsReplaced + right.EmptyTimestampsReplaced);

    /// <summary>Both together.</summary>
    public InsertSummary Add(InsertSummary other) => this + other;
}

/// <summary>
/// Inserts raw documents and accounts for each. A batch whose reply was lost is sent again, up to three times; a document that is then already
/// there with the same bytes was inserted by the lost attempt; so it is from the start where the caller says that it may run twice. Every other
/// write error fails, duplicate keys included.
/// </summary>
public sealed class DocumentInserter(RunRawCommand run, ServerVersion server, TimeProvider time)
{
    private const int Attempts = 4;

    /// <summary>Inserts the documents, in order when the collection is capped.</summary>
    public async Task<InsertSummary> Insert(
        CollectionSpec spec, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken, bool repeatable = false)
    {
        var summary = default(InsertSummary);
        foreach (var (first, count) in InsertCommand.Batches(documents))
            summary += await InsertBatch(spec, documents, first, count, repeatable, cancellationToken).ConfigureAwait(false);
        return summary;
    }

    private async Task<InsertSummary> InsertBatch(
        CollectionSpec spec, IReadOnlyList<ReadOnlyMemory<byte>> documents, int first, int count, bool repeatable, CancellationToken cancellationToken)
    {
        long bytes = 0;
        var empty = new List<ReadOnlyMemory<byte>>();
        for (var i = first; i < first + count; i++)
        {
            if (documents[i].Length > InsertCommand.LongestDocument)
                throw new BackupException(ErrorKind.Failed, $"insert into {spec.DataNamespace}: a document has {documents[i].Length} bytes, more than servers store");
            bytes += documents[i].Length;
            if (InsertCommand.HasEmptyTimestamp(documents[i].Span)) empty.Add(documents[i]);
        }
        var keep = empty.Count > 0 && server.KeepsEmptyTimestamps;
        var repair = empty.Count > 0 && !keep && server.UpdatesByPipeline && empty.All(HasId);
        var batch = new Batch(spec, documents, first, count, keep) { Repeated = repeatable };
        var retry = MongoRetry.Create(Attempts, time, MongoErrors.IsTransient);
        try
        {
            await retry.ExecuteAsync(async ct => await Send(batch, ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (repair) await retry.ExecuteAsync(async ct => await Repair(spec.DataNamespace, empty, ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BackupException))
        {
            throw MongoCall.Failure($"insert into {spec.DataNamespace}", MongoCall.RestoreRole, e);
        }
        return new InsertSummary(count, bytes, keep || repair ? 0 : empty.Count);
    }

    private sealed record Batch(CollectionSpec Spec, IReadOnlyList<ReadOnlyMemory<byte>> Documents, int First, int Count, bool KeepEmptyTimestamps)
    {
        public int Done { get; set; }

        public bool Repeated { get; set; }

        public bool MixedSchema { get; set; }
    }

    private async Task Send(Batch batch, CancellationToken cancellationToken)
    {
        var (spec, ns) = (batch.Spec, batch.Spec.DataNamespace);
        while (batch.Done < batch.Count)
        {
            var (first, count) = (batch.First + batch.Done, batch.Count - batch.Done);
            RawBsonDocument reply;
            using (var command = InsertCommand.Build(ns.Collection, batch.Documents, first, count, spec.IsCapped, batch.KeepEmptyTimestamps))
            {
                try
                {
                    reply = await run(ns.Database, RawBson.Document(command.Finish()), cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (MongoErrors.IsTransient(e))
                {
                    batch.Repeated = true;
                    throw;
                }
            }
            using (reply)
            {
                var errors = WriteReply.Errors(reply);
                if (!batch.MixedSchema && errors.Any(e => TimeseriesCommands.LacksMixedSchema(spec.Type, e)))
                {
                    // what came in before is found there when the batch is sent once more
                    batch.MixedSchema = batch.Repeated = true;
                    using var changed = await run(ns.Database, TimeseriesCommands.AllowMixedSchema(spec.Namespace), cancellationToken).ConfigureAwait(false);
                    continue;
                }
                foreach (var error in errors)
                {
                    var document = batch.Documents[first + error.Index];
                    if (!batch.Repeated || error.Code != MongoErrors.DuplicateKey || !await IsThere(ns, document, cancellationToken).ConfigureAwait(false))
                        throw Refused(ns, first + error.Index, document.Span, error);
                }
                if (WriteReply.ConcernError(reply) is { } unconfirmed)
                {
                    batch.Repeated = true;
                    throw new IOException($"the write was not confirmed by a majority: {unconfirmed}");
                }
                // an ordered insert stops at its first error; what came before is in
                var handled = spec.IsCapped && errors.Count > 0 ? errors[0].Index + 1 : count;
                var inserted = WriteReply.Count(reply);
                if (inserted != handled - errors.Count)
                    throw new BackupException(ErrorKind.Failed, $"insert into {ns}: the server says {inserted} of {handled - errors.Count} documents");
                batch.Done += handled;
            }
        }
    }

    // writing the same literal twice is harmless, so a lost reply may be repeated
    private async Task Repair(Namespace ns, List<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken)
    {
        using var command = EmptyTimestampRepair.Build(ns.Collection, documents);
        using var reply = await run(ns.Database, RawBson.Document(command.Finish()), cancellationToken).ConfigureAwait(false);
        if (WriteReply.Errors(reply) is [var error, ..]) throw Refused(ns, error.Index, documents[error.Index].Span, error);
        if (WriteReply.ConcernError(reply) is { } unconfirmed) throw new IOException($"the write was not confirmed by a majority: {unconfirmed}");
        if (WriteReply.Count(reply) != documents.Count)
            throw new BackupException(ErrorKind.Failed, $"insert into {ns}: the server found {WriteReply.Count(reply)} of {documents.Count} documents with empty timestamps again");
    }

    private static bool HasId(ReadOnlyMemory<byte> document) => RawBson.TryFind(document.Span, "_id"u8, out _);

    private async Task<bool> IsThere(Namespace ns, ReadOnlyMemory<byte> document, CancellationToken cancellationToken)
    {
        if (!HasId(document)) return false;
        using var command = new RawBsonBuilder();
        command.Add("find", ns.Collection).Add("filter", IdFilter.Of(document.Span).Bytes().Span).Add("limit", 1).Add("singleBatch", true);
        using var reply = await run(ns.Database, command.ToDocument(), cancellationToken).ConfigureAwait(false);
        var batch = RawBson.Nested(RawBson.Nested(reply.Bytes().Span, "cursor"u8), "firstBatch"u8);
        foreach (var found in new RawElements(batch)) return found.Value.SequenceEqual(RawBson.WithIdFirst(document).Span);
        return false;
    }

    private static BackupException Refused(Namespace ns, int index, ReadOnlySpan<byte> document, WriteReply.Error error)
    {
        var id = RawBson.Id(document)?.ToString() ?? "without _id";
        return new(ErrorKind.Failed, $"insert into {ns}: document {index} of the batch ({id}): {error.Message} (code {error.Code})",
            error.Code == MongoErrors.DuplicateKey ? "restore into an empty collection: another document has the same key already" : null);
    }
}
