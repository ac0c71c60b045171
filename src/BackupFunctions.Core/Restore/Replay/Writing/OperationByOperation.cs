using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Applies operations by ordinary writes, for any account that may write: what a batch does to each document is worked out here, and only the
/// outcome is written, many documents per command and several commands side by side. Deletes go first, since a collation may hold two ids for
/// one. Capped collections have one writer each.
/// </summary>
internal sealed class OperationByOperation(TargetCommands target, int parallelism) : IOperationApplier
{
    private readonly DocumentWrites _writes = new(target);
    private readonly CappedWriter _capped = new(target);

    /// <inheritdoc/>
    public async Task<AppliedOperations> Apply(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellationToken)
    {
        var deletes = new List<Func<CancellationToken, Task<long>>>();
        var writes = new List<Func<CancellationToken, Task<long>>>();
        long missing = 0;
        foreach (var collection in operations.GroupBy(o => o.Target))
        {
            var to = collection.Key;
            if (to.IsCapped)
            {
                writes.Add(ct => _capped.Apply(to, [.. collection], ct));
                continue;
            }
            var documents = Fold(collection);
            missing += documents.Sum(d => d.Missing);
            foreach (var ids in WriteCommands.Cut(documents.Where(d => d.IsDeleted).Select(d => d.Id), id => id.Length + 16))
                deletes.Add(ct => _writes.Delete(to, ids, ct));
            foreach (var known in WriteCommands.Cut(documents.Where(d => d.Document is not null).Select(d => d.Document!.Value), d => d.Length + 256))
                writes.Add(ct => _writes.Replace(to, known, ct));
            foreach (var waiting in WriteCommands.Cut(documents.Where(d => d.Waiting > 0), d => d.Id.Length + 16))
                writes.Add(ct => _writes.Update(to, waiting, ct));
        }
        missing += await RunAll(deletes, cancellationToken).ConfigureAwait(false);
        missing += await RunAll(writes, cancellationToken).ConfigureAwait(false);
        return new(missing);
    }

    private static List<FoldedDocument> Fold(IEnumerable<DocumentOperation> operations)
    {
        var documents = new SortedDictionary<ReadOnlyMemory<byte>, FoldedDocument>(FoldedDocument.Ids);
        foreach (var operation in operations)
        {
            if (!documents.TryGetValue(operation.Id, out var document)) documents.Add(operation.Id, document = new FoldedDocument(operation.Id));
            document.Add(operation);
        }
        return [.. documents.Values];
    }

    private async Task<long> RunAll(List<Func<CancellationToken, Task<long>>> work, CancellationToken cancellationToken)
    {
        long sum = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(work, options, async (item, ct) => Interlocked.Add(ref sum, await item(ct).ConfigureAwait(false))).ConfigureAwait(false);
        return sum;
    }
}
