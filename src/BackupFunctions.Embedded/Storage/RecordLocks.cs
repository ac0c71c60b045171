namespace BackupFunctions.Embedded.Storage;

/// <summary>What open transactions have written: keys of unique indexes, and collections. Used under the writer lock only.</summary>
internal sealed class RecordLocks
{
    private readonly Dictionary<string, Transaction> _holders = new(StringComparer.Ordinal);
    private readonly List<Transaction> _transactions = [];

    /// <summary>The transactions that are open or prepared.</summary>
    public IReadOnlyList<Transaction> Transactions => _transactions;

    public void Open(Transaction transaction) => _transactions.Add(transaction);

    /// <summary>Whether a transaction other than this one has written the key.</summary>
    public bool IsHeld(string key, Transaction? by) => _holders.TryGetValue(key, out var holder) && holder != by;

    /// <summary>Whether a transaction other than this one has written to the collection.</summary>
    public bool IsWritten(Namespace ns, Transaction? by) => _transactions.Exists(t => t != by && t.Written.Contains(ns));

    /// <summary>Takes a key; false when the transaction has it already.</summary>
    public bool Take(string key, Transaction transaction) => _holders.TryAdd(key, transaction);

    /// <summary>Forgets a transaction that has ended.</summary>
    public void Release(Transaction transaction)
    {
        _transactions.Remove(transaction);
        foreach (var (key, _) in _holders.Where(h => h.Value == transaction).ToList()) _holders.Remove(key);
    }
}
