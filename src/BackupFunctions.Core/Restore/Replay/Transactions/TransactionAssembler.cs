using BackupFunctions.Ambient;
using BackupFunctions.Bson;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// Puts transactions together from oplog entries in their order. <c>partialTxn</c> continues, <c>prepare</c> waits for <c>commitTransaction</c>,
/// <c>abortTransaction</c> drops; an <c>applyOps</c> with neither mark commits what its session has open, itself included. An <c>applyOps</c>
/// without a session, and a vectored insert (<c>multiOpType: 1</c>), are applied at once; large writes that the server split without a session
/// are joined by <c>prevOpTime</c>. Retryable writes are ordinary operations. Not thread-safe; disposing it deletes its temporary file.
/// </summary>
public sealed class TransactionAssembler : IDisposable
{
    internal const string ApplyOps = "applyOps";
    private const int VectoredInsert = 1;

    private readonly TransactionBuffer _buffer;
    private readonly Dictionary<Hash256, OpenTransaction> _sessions = [];
    private readonly Dictionary<Optime, OpenTransaction> _chains = [];

    /// <summary>
    /// Open transactions take <paramref name="memory"/> bytes at most; what is more goes, sealed, to a temporary file in <paramref name="directory"/>.
    /// </summary>
    public TransactionAssembler(long memory, string directory, IFiles files, IRandomSource random) => _buffer = new(memory, directory, files, random);

    /// <summary>Transactions that are neither committed nor aborted yet.</summary>
    public int Open => _sessions.Count + _chains.Count;

    /// <summary>Bytes that have gone to the temporary file so far.</summary>
    public long SpilledBytes => _buffer.Spilled;

    /// <summary>Takes the next entry; gives what takes effect with it, or null.</summary>
    public async ValueTask<ReplayEffect?> Add(OplogEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Operation.Kind != OplogOperationKind.Command) return Single(entry);
        switch (entry.Operation.CommandName)
        {
            case ApplyOps when entry.MultiOperationType != VectoredInsert:
                var (partial, prepared) = (Has(entry, "partialTxn"u8), Has(entry, "prepare"u8));
                if (entry.Transaction is { } id) return await OfSession(entry, id, partial || prepared, cancellationToken).ConfigureAwait(false);
                return await OfChain(entry, partial, cancellationToken).ConfigureAwait(false);
            case "commitTransaction":
                var open = Take(entry);
                return new(entry.Optime, null, open, isTransaction: true, isIncomplete: open is null or { IsIncomplete: true });
            case "abortTransaction":
                Take(entry)?.Dispose();
                return null;
            default:
                return Single(entry);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static ReplayEffect Single(OplogEntry entry) => new(entry.Optime, entry.Operation, null, isTransaction: false, isIncomplete: false);

    private async ValueTask<ReplayEffect?> OfSession(OplogEntry entry, TransactionId id, bool continues, CancellationToken cancellationToken)
    {
        _sessions.TryGetValue(id.Session, out var open);
        // a session has one transaction at a time; one that begins again left nothing that counts
        if (open is not null && (open.Number != id.Number || Begins(entry)))
        {
            _sessions.Remove(id.Session);
            open.Dispose();
            open = null;
        }
        var incomplete = open?.IsIncomplete ?? entry.Previous is not null;
        if (!continues)
        {
            _sessions.Remove(id.Session);
            return new(entry.Optime, entry.Operation, open, isTransaction: true, incomplete);
        }
        if (open is null) _sessions.Add(id.Session, open = new(_buffer, id.Number) { IsIncomplete = incomplete });
        await open.Add(entry.Operation.O, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private async ValueTask<ReplayEffect?> OfChain(OplogEntry entry, bool continues, CancellationToken cancellationToken)
    {
        OpenTransaction? open = null;
        if (entry.Previous is { } previous) _chains.Remove(previous, out open);
        var incomplete = open?.IsIncomplete ?? entry.Previous is not null;
        if (!continues) return new(entry.Optime, entry.Operation, open, isTransaction: open is not null, incomplete);
        open ??= new(_buffer, 0) { IsIncomplete = incomplete };
        await open.Add(entry.Operation.O, cancellationToken).ConfigureAwait(false);
        _chains[entry.Optime] = open;
        return null;
    }

    private OpenTransaction? Take(OplogEntry entry)
    {
        if (entry.Transaction is not { } id || !_sessions.TryGetValue(id.Session, out var open) || open.Number != id.Number) return null;
        _sessions.Remove(id.Session);
        return open;
    }

    // the first entry of a transaction points at the null optime
    private static bool Begins(OplogEntry entry) => entry.Previous is null && RawBson.TryFind(entry.Raw.Span, "prevOpTime"u8, out _);

    private static bool Has(OplogEntry entry, ReadOnlySpan<byte> mark) => RawBson.TryFind(entry.Operation.O.Span, mark, out var value) && IndexSpec.IsTrue(value);
}
