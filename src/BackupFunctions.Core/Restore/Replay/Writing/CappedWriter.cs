using BackupFunctions.Bson;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// Writes to a capped collection in order, as its documents are found again by it: runs of inserts as they come, anything else one by one. A
/// document that is there already, from a run before, keeps its place.
/// </summary>
internal sealed class CappedWriter(TargetCommands target)
{
    private readonly DocumentWrites _writes = new(target);

    /// <summary>Applies the operations; gives the number of documents that an update missed.</summary>
    public async Task<long> Apply(ReplayTarget to, IReadOnlyList<DocumentOperation> operations, CancellationToken cancellationToken)
    {
        long missing = 0;
        for (var i = 0; i < operations.Count;)
        {
            var inserts = operations.Skip(i).TakeWhile(o => o.Kind == OplogOperationKind.Insert).Select(o => RawBson.WithIdFirst(o.O)).ToList();
            foreach (var run in WriteCommands.Cut(inserts, d => d.Length)) await Insert(to, run, cancellationToken).ConfigureAwait(false);
            i += inserts.Count;
            if (i == operations.Count) break;
            missing += await One(to, operations[i++], cancellationToken).ConfigureAwait(false);
        }
        return missing;
    }

    private async Task<long> One(ReplayTarget to, DocumentOperation operation, CancellationToken cancellationToken)
    {
        if (operation.Kind == OplogOperationKind.Delete) return await _writes.Delete(to, [operation.Id], cancellationToken).ConfigureAwait(false);
        var document = new FoldedDocument(operation.Id);
        document.Add(operation);
        return await _writes.Update(to, [document], cancellationToken).ConfigureAwait(false);
    }

    private async Task Insert(ReplayTarget to, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken)
    {
        var ns = to.Namespace;
        for (var first = 0; first < documents.Count;)
        {
            var keepEmpty = target.Version.KeepsEmptyTimestamps && documents.Any(d => InsertCommand.HasEmptyTimestamp(d.Span));
            using var command = InsertCommand.Build(ns.Collection, documents, first, documents.Count - first, ordered: true, keepEmpty);
            using var reply = await target.Run($"insert into {ns}", ns.Database, command.ToDocument(), cancellationToken).ConfigureAwait(false);
            if (WriteReply.Errors(reply) is not [var error, ..]) break;
            if (error.Code != MongoErrors.DuplicateKey)
                throw new BackupException(ErrorKind.Failed, $"insert into {ns}: document {RawBson.Id(documents[first + error.Index].Span)}: {error.Message} (code {error.Code})");
            // an ordered insert stops at the first document that it refuses
            await _writes.Replace(to, [documents[first + error.Index]], cancellationToken).ConfigureAwait(false);
            first += error.Index + 1;
        }
        await RestoreEmptyTimestamps(to, documents, cancellationToken).ConfigureAwait(false);
    }

    // a server that cannot be told to keep them has filled them in; a document that fell out of the collection meanwhile is not made again
    private async Task RestoreEmptyTimestamps(ReplayTarget to, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken)
    {
        if (target.Version.KeepsEmptyTimestamps || !target.Version.UpdatesByPipeline) return;
        var empty = documents.Where(d => InsertCommand.HasEmptyTimestamp(d.Span) && RawBson.Id(d.Span) is not null).ToList();
        if (empty.Count == 0) return;
        using var command = EmptyTimestampRepair.Build(to.Namespace.Collection, empty);
        using var reply = await target.Run($"write to {to.Namespace}", to.Namespace.Database, command.ToDocument(), cancellationToken).ConfigureAwait(false);
        if (WriteReply.Errors(reply) is [var error, ..])
            throw new BackupException(ErrorKind.Failed, $"write to {to.Namespace}: document {RawBson.Id(empty[error.Index].Span)}: {error.Message} (code {error.Code})");
    }
}
