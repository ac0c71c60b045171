using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Backup;

/// <summary>Follows the transactions of a stretch of the oplog, to tell whether one that ends in it began before it.</summary>
internal sealed class OpenTransactions
{
    private readonly HashSet<TransactionId> _begun = [];

    /// <summary>Whether the beginning of a transaction that goes on or commits in the stretch is missing.</summary>
    public bool AnyIsCut { get; private set; }

    /// <summary>Takes the next entry.</summary>
    public void Add(OplogEntry entry)
    {
        // a vectored insert and other retryable writes have a number too, and are none
        if (entry is not { Transaction: { } transaction, MultiOperationType: 0, Operation.Kind: OplogOperationKind.Command }) return;
        switch (entry.Operation.CommandName)
        {
            case "applyOps":
                AnyIsCut |= entry.Previous is not null && !_begun.Contains(transaction);
                if (Says(entry, "partialTxn"u8) || Says(entry, "prepare"u8)) _begun.Add(transaction);
                else _begun.Remove(transaction);
                break;
            case "commitTransaction":
                AnyIsCut |= !_begun.Remove(transaction);
                break;
            case "abortTransaction":
                _begun.Remove(transaction);
                break;
        }
    }

    private static bool Says(OplogEntry entry, ReadOnlySpan<byte> field) => RawBson.TryFind(entry.Operation.O.Span, field, out var found) && found.Type == BsonType.Boolean && found.Value[0] != 0;
}
