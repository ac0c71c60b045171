using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// One pass over the entries: gathers document operations into batches, and takes a command that changes the target as a barrier. Before it everything is
/// written and noted, after it the new position is, so that at most this one command is ever run twice.
/// </summary>
internal sealed class ReplayRun(
    ReplayOptions options, TransactionAssembler assembler, OplogBarriers barriers, DocumentReplay documents, CommandReplay commands, IOperationApplier applier, ProgressKeeper progress,
    Optime? resumeAfter, ReplayTally tally, IProgress<ReplayStatus>? status)
{
    private readonly List<DocumentOperation> _batch = [];
    private readonly CreatedCollections _created = new([]);
    private long _bytes;

    private Optime? _appliedNow;

    /// <summary>The moment that the last operations took effect which are gathered or written.</summary>
    public Optime? Through => _appliedNow ?? resumeAfter;

    /// <summary>Reads the entries up to the target, and writes what is gathered.</summary>
    public async Task Read(IAsyncEnumerable<OplogEntry> entries, CancellationToken cancellationToken)
    {
        await foreach (var entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (options.Target is { } target && entry.Optime > target) break;
            tally.Entries++;
            using var effect = await assembler.Add(entry, cancellationToken).ConfigureAwait(false);
            if (effect is null || (options.ApplyAfter is { } after && effect.Optime <= after)) continue;
            if (effect.IsIncomplete) throw ReplayErrors.Incomplete(effect.Optime);
            await Apply(effect, cancellationToken).ConfigureAwait(false);
        }
        await Flush(cancellationToken).ConfigureAwait(false);
        await progress.Save(Through, cancellationToken).ConfigureAwait(false);
    }

    private async Task Apply(ReplayEffect effect, CancellationToken cancellationToken)
    {
        var isNew = resumeAfter is null || effect.Optime > resumeAfter;
        var (included, filteredOut, isChanged) = (false, false, false);
        await foreach (var operation in effect.Operations(cancellationToken).ConfigureAwait(false))
        {
            if (barriers.Find(operation) is { } barrier) throw ReplayErrors.NewBase(barrier);
            switch (operation.Kind)
            {
                case OplogOperationKind.Insert or OplogOperationKind.Update or OplogOperationKind.Delete:
                    var document = documents.Read(operation, out var isFilteredOut);
                    filteredOut |= isFilteredOut;
                    included |= document is not null;
                    if (document is not null && isNew) await Add(document, cancellationToken).ConfigureAwait(false);
                    break;
                case OplogOperationKind.Command:
                    isChanged |= await Command(operation, effect.Optime, isNew, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
        if (effect.IsTransaction && isNew) tally.Transactions++;
        if (effect.IsTransaction && included && filteredOut) tally.Warn("the filter splits transactions: what they did to other collections is left out");
        if (isNew) _appliedNow = effect.Optime;
        if (!isChanged) return;
        await Flush(cancellationToken).ConfigureAwait(false);
        await progress.Save(Through, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> Command(OplogOperation operation, Optime at, bool isNew, CancellationToken cancellationToken)
    {
        var change = commands.Read(operation);
        if (!_created.Follow(operation) && change.Apply is not null && options.InexactThrough is { } inexact && at <= inexact)
            throw ReplayErrors.NewBase($"a collection of {operation.Database} was renamed at {at}, while the backup read it");
        var applies = isNew && change.Apply is not null;
        if (applies)
        {
            await Flush(cancellationToken).ConfigureAwait(false);
            await progress.Save(Through, cancellationToken).ConfigureAwait(false);
            await change.Apply!(cancellationToken).ConfigureAwait(false);
        }
        if (isNew && change != CommandChange.None) tally.Operations++;
        change.Fold();
        documents.Reset();
        return applies;
    }

    private async Task Add(DocumentOperation operation, CancellationToken cancellationToken)
    {
        _batch.Add(operation);
        _bytes += operation.Size;
        if (_batch.Count >= options.BatchOperations || _bytes >= options.BatchBytes) await Flush(cancellationToken).ConfigureAwait(false);
    }

    private async Task Flush(CancellationToken cancellationToken)
    {
        if (_batch.Count == 0) return;
        tally.Missing += (await applier.Apply(_batch, cancellationToken).ConfigureAwait(false)).Missing;
        tally.Operations += _batch.Count;
        var bytes = _bytes;
        _batch.Clear();
        _bytes = 0;
        await progress.Offer(Through, bytes, cancellationToken).ConfigureAwait(false);
        if (Through is not null) status?.Report(new(Through, tally.Entries, tally.Operations));
    }
}
