using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Begins, finds and ends the transactions of a store.</summary>
internal sealed class Transactions(Store store)
{
    // the server's transactionLifetimeLimitSeconds
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Begins a transaction on what is stored now, or was at a cluster time; error 239 for a time that is too old.</summary>
    public Transaction Begin(RawValue sessionId, long number, BsonTimestamp? at = null) => store.Exclusively(() =>
    {
        AbortExpired();
        var snapshot = at is null || at.Value >= store.LastOptime.Value ? store.Catalog : store.StateAt(at)?.Catalog;
        if (snapshot is null) throw new CommandException(239, "SnapshotTooOld", $"Read timestamp Timestamp({at!.Timestamp}, {at.Increment}) is older than the oldest available timestamp.");
        return store.Sessions.Begin(sessionId, number, snapshot, store.Time.GetUtcNow());
    });

    /// <summary>The transaction of this number, open or ended; error 225 for a number that is too old, 251 when there is none.</summary>
    public Transaction Find(RawValue sessionId, long number) => store.Exclusively(() =>
    {
        AbortExpired();
        var session = store.Sessions.Open(sessionId);
        if (number < session.TransactionNumber)
        {
            throw new CommandException(225, "TransactionTooOld", $"Cannot continue transaction with txnNumber {number} on session {session.Name} because a newer {session.Kind} with txnNumber {session.TransactionNumber} has already started on this session.");
        }
        if (number == session.TransactionNumber && session.Transaction is { } transaction) return transaction;
        throw NoSuchTransaction($"Given transaction number {number} does not match any in-progress transactions. The active transaction number is {session.TransactionNumber}");
    });

    /// <summary>Checks that a statement may be run: error 251 after an abort, 256 after the commit, 267 once it is prepared.</summary>
    public void Check(Transaction transaction)
    {
        AbortExpired();
        switch (transaction.State)
        {
            case TransactionState.Aborted:
                throw NoSuchTransaction($"Transaction with {{ txnNumber: {transaction.Number} }} has been aborted.");
            case TransactionState.Committed:
                throw new CommandException(256, "TransactionCommitted", $"Transaction with {{ txnNumber: {transaction.Number} }} has been committed.");
            case TransactionState.Prepared:
                throw new CommandException(267, "PreparedTransactionInProgress", "Cannot call any operation other than abort, prepare or commit on a prepared transaction");
        }
    }

    /// <summary>Commits; a repeated commit is answered. A prepared one needs a time that is not before that of its preparation.</summary>
    public void Commit(Transaction transaction, BsonTimestamp? commitTimestamp) => store.Exclusively(() =>
    {
        if (transaction.State == TransactionState.Committed) return 0;
        if (transaction.State == TransactionState.Prepared)
        {
            if (commitTimestamp is null) throw new CommandException(72, "InvalidOptions", "commitTransaction of a prepared transaction must be run with a 'commitTimestamp'");
            if (commitTimestamp < transaction.Last) throw new CommandException(72, "InvalidOptions", "'commitTimestamp' must be greater than or equal to the 'prepareTimestamp'");
            End(transaction, unit => TransactionLog.Commit(unit, transaction, commitTimestamp));
            return 0;
        }
        Check(transaction);
        if (commitTimestamp is not null) throw new CommandException(72, "InvalidOptions", "commitTransaction cannot provide commitTimestamp to unprepared transaction.");
        if (transaction.Operations.Count == 0) transaction.End(committed: true);
        else End(transaction, unit => TransactionLog.Write(unit, transaction, store.MaxTransactionEntryBytes, prepare: false));
        return 0;
    });

    /// <summary>Writes its operations to the oplog, to be applied when it is committed; gives the time of its preparation.</summary>
    public BsonTimestamp Prepare(Transaction transaction) => store.Exclusively(() =>
    {
        if (transaction.State == TransactionState.Prepared) return transaction.Last;
        Check(transaction);
        store.End(transaction, unit =>
        {
            TransactionLog.Write(unit, transaction, store.MaxTransactionEntryBytes, prepare: true);
            unit.Keep(new SessionRecord(transaction.SessionId, transaction.Number, transaction.Last, "prepared", transaction.First));
        });
        transaction.Prepare();
        return transaction.Last;
    });

    /// <summary>Aborts; error 251 when it was aborted before, 256 when it was committed.</summary>
    public void Abort(Transaction transaction) => store.Exclusively(() =>
    {
        if (transaction.State != TransactionState.Prepared)
        {
            Check(transaction);
            transaction.End(committed: false);
            return 0;
        }
        store.End(transaction, unit =>
        {
            TransactionLog.Abort(unit, transaction);
            unit.Keep(new SessionRecord(transaction.SessionId, transaction.Number, transaction.Last, "aborted"));
            unit.Afterwards(() => transaction.End(committed: false));
        });
        return 0;
    });

    /// <summary>Aborts a transaction that is in progress because a statement of it failed.</summary>
    public void GiveUp(Transaction transaction) => store.Exclusively(() =>
    {
        if (transaction.State == TransactionState.InProgress) transaction.End(committed: false);
        return 0;
    });

    /// <summary>Aborts the transactions in progress whose session is meant; prepared ones stay.</summary>
    public void AbortOf(Func<RawValue, bool> session) => store.Exclusively(() =>
    {
        foreach (var transaction in store.Locks.Transactions.Where(t => t.State == TransactionState.InProgress && session(t.SessionId)).ToList()) transaction.End(committed: false);
        return 0;
    });

    /// <summary>Drops the transactions that are in progress, and those that were prepared behind an optime: that is rolled back.</summary>
    public void ForgetAfter(BsonTimestamp optime)
    {
        foreach (var transaction in store.Locks.Transactions.Where(t => t.State == TransactionState.InProgress || t.Last.Value > optime.Value).ToList()) transaction.End(committed: false);
        store.Sessions.ForgetAfter(optime);
    }

    /// <summary>Aborts the transactions that have been in progress for too long; under the writer lock.</summary>
    public void AbortExpired()
    {
        var oldest = store.Time.GetUtcNow() - Lifetime;
        foreach (var transaction in store.Locks.Transactions.Where(t => t.State == TransactionState.InProgress && t.Started < oldest).ToList()) transaction.End(committed: false);
    }

    private void End(Transaction transaction, Action<WriteUnit> log)
    {
        try
        {
            store.End(transaction, unit =>
            {
                log(unit);
                foreach (var operation in transaction.Operations) operation.Apply(unit);
                unit.Keep(new SessionRecord(transaction.SessionId, transaction.Number, transaction.Last, "committed"));
                unit.Afterwards(() => transaction.End(committed: true));
            });
        }
        catch when (transaction.State == TransactionState.InProgress)
        {
            transaction.End(committed: false);
            throw;
        }
    }

    private static CommandException NoSuchTransaction(string message) => new(251, "NoSuchTransaction", message);
}
