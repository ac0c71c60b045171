using System.Runtime.CompilerServices;
using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Operations that take effect at one optime: one entry's own, or those of a transaction at the entry that commits it. To be read before the next
/// entry is added, and disposed.
/// </summary>
public sealed class ReplayEffect : IDisposable
{
    private readonly OpenTransaction? _transaction;
    private readonly OplogOperation? _last;

    internal ReplayEffect(Optime optime, OplogOperation? last, OpenTransaction? transaction, bool isTransaction, bool isIncomplete)
    {
        (Optime, _last, _transaction) = (optime, last, transaction);
        (IsTransaction, IsIncomplete) = (isTransaction, isIncomplete);
    }

    /// <summary>When they take effect.</summary>
    public Optime Optime { get; }

    /// <summary>Whether it is a transaction that committed.</summary>
    public bool IsTransaction { get; }

    /// <summary>Whether it is a transaction that began before the first entry that was read.</summary>
    public bool IsIncomplete { get; }

    /// <summary>The operations in order; those of nested <c>applyOps</c> in its place.</summary>
    public async IAsyncEnumerable<OplogOperation> Operations([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_transaction is not null)
        {
            await foreach (var part in _transaction.Read(cancellationToken).ConfigureAwait(false))
                foreach (var operation in Inner(part)) yield return operation;
        }
        if (_last is null) yield break;
        foreach (var operation in Flatten(_last)) yield return operation;
    }

    /// <inheritdoc/>
    public void Dispose() => _transaction?.Dispose();

    private static IEnumerable<OplogOperation> Flatten(OplogOperation operation) =>
        operation.Kind == OplogOperationKind.Command && operation.CommandName == TransactionAssembler.ApplyOps ? Inner(operation.O) : [operation];

    private static IEnumerable<OplogOperation> Inner(ReadOnlyMemory<byte> applyOps) => Items(applyOps).Select(OplogOperation.Read).SelectMany(Flatten);

    private static List<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> applyOps)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        foreach (var item in new RawElements(RawBson.Nested(applyOps.Span, "applyOps"u8)))
        {
            if (item.Type != BsonType.Document) throw BackupException.Corrupt("read oplog entry: an item of applyOps is no operation");
            applyOps.Span.Overlaps(item.Value, out var start);
            items.Add(applyOps.Slice(start, item.Value.Length));
        }
        return items;
    }
}
