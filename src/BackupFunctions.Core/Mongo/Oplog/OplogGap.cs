namespace BackupFunctions.Mongo;

/// <summary>Why a chain does not go on behind an entry.</summary>
public enum OplogGapReason
{
    /// <summary>The oplog begins later: it is capped, and more was written since than it holds.</summary>
    RolledOver,

    /// <summary>Another entry stands in its place, or none: its history was rolled back, or the data comes from elsewhere.</summary>
    RolledBack,

    /// <summary>The one behind it cannot be replayed, such as a change of the feature compatibility version.</summary>
    NotReplayable,
}

/// <summary>An entry that is missing from the oplog, and where the oplog begins now; or the last one that can be replayed, and what <see cref="Barrier"/> is behind it, as a clause.</summary>
public sealed record OplogGap(OplogMark Missing, OplogGapReason Reason, Optime? Oldest, string? Barrier = null)
{
    /// <summary>What happened, as a sentence.</summary>
    public override string ToString() => Reason switch
    {
        OplogGapReason.RolledOver => $"the oplog begins at {Oldest}, behind entry {Missing}: it rolled over",
        OplogGapReason.NotReplayable => $"what is behind entry {Missing} can be replayed by no restore: {Barrier}",
        _ => $"entry {Missing} is not in the oplog any more: it was rolled back, or the server's data was replaced",
    };
}

/// <summary>Ends a read whose place in the oplog was lost.</summary>
internal sealed class OplogGapException(OplogGap gap) : Exception(gap.ToString())
{
    public OplogGap Gap { get; } = gap;
}
