namespace BackupFunctions.Mongo;

/// <summary>Why an entry that was there is there no more.</summary>
public enum OplogGapReason
{
    /// <summary>The oplog begins later: it is capped, and more was written since than it holds.</summary>
    RolledOver,

    /// <summary>Another entry stands in its place, or none: its history was rolled back, or the data comes from elsewhere.</summary>
    RolledBack,
}

/// <summary>An entry that is missing from the oplog, and where the oplog begins now.</summary>
public sealed record OplogGap(OplogMark Missing, OplogGapReason Reason, Optime? Oldest)
{
    /// <summary>What happened, as a sentence.</summary>
    public override string ToString() => Reason == OplogGapReason.RolledOver
        ? $"the oplog begins at {Oldest}, behind entry {Missing}: it rolled over"
        : $"entry {Missing} is not in the oplog any more: it was rolled back, or the server's data was replaced";
}

/// <summary>Ends a read whose place in the oplog was lost.</summary>
internal sealed class OplogGapException(OplogGap gap) : Exception(gap.ToString())
{
    public OplogGap Gap { get; } = gap;
}
