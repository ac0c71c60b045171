namespace BackupFunctions.Standalone.Demo.Data.Changes;

/// <summary>What is written after the data set, in this order.</summary>
public enum DemoChange
{
    /// <summary>Orders in transactions, many updates, a new index, another view.</summary>
    First,

    /// <summary>More orders, one of them taken back, a new collection, a rename, an index less and one hidden, replacements, deletes.</summary>
    Second,

    /// <summary>One order.</summary>
    Last,
}

/// <summary>What was written: transactions that were committed, documents in them and outside, and changes that are not of documents, in words.</summary>
public sealed record DemoChanges(long Transactions, long Inserted, long Updated, long Deleted, IReadOnlyList<string> Structure)
{
    /// <summary>Both.</summary>
    public static DemoChanges operator +(DemoChanges left, DemoChanges right) => new(
        left.Transactions + right.Transactions, left.Inserted + right.Inserted, left.Updated + right.Updated, left.Deleted + right.Deleted, [.. left.Structure, .. right.Structure]);
}
