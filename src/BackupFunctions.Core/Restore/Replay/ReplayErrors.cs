using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>Where a replay stops because it cannot go on rightly.</summary>
internal static class ReplayErrors
{
    /// <summary>A change after which the full backup before it is no base any more.</summary>
    public static BackupException NewBase(string what) => new(ErrorKind.Failed, $"replay the oplog: {what}",
        "restore to a moment before it, or from a full backup that was made after it");

    /// <summary>A transaction whose beginning was not read.</summary>
    public static BackupException Incomplete(Optime at) => new(ErrorKind.OplogGap,
        $"replay the oplog: the transaction that commits at {at} began before the first entry", "begin with the slice before, or restore from another full backup");
}
