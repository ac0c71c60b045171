using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification.Scrubbing;

/// <summary>The activities of a scrub and their messages.</summary>
public static class ScrubActivities
{
    /// <summary>Finds out which copies there are, and which slice of each one's blocks is next.</summary>
    public static readonly ActivityName<PlanScrubInput, ScrubPlan> Plan = new("PlanScrub");

    /// <summary>Reads blocks of one copy, as many as some minutes allow, and heals what is not as it should be.</summary>
    public static readonly ActivityName<ScrubTurnInput, ScrubTurn> Scrub = new("ScrubCopy");
}

/// <summary>Input of <see cref="ScrubActivities.Plan"/>: in how many slices the blocks are read, one a run; 1 is all at once.</summary>
public sealed record PlanScrubInput(int Slices);

/// <summary>The copies: the nodes, and behind them the local vault if there is one.</summary>
public sealed record ScrubPlan(IReadOnlyList<PlannedScrub> Copies);

/// <summary>A copy, the id of its node, and the slice that is next, from 0; or why it cannot be read.</summary>
public sealed record PlannedScrub(string Node, string? NodeId, int Slice, string? Problem);

/// <summary>
/// Input of <see cref="ScrubActivities.Scrub"/>: a copy by its place, slice so-and-so of so many, the run that it belongs to, where to go on (null: at the beginning), and whether the run found blocks
/// that it could not heal: then nothing is passed over any more, so that every backup that lacks one is found.
/// </summary>
public sealed record ScrubTurnInput(int Node, string NodeId, int Slice, int Slices, string Run, ScrubPosition? From, bool FoundLost);

/// <summary>A backup, one of its files, and whether it was tried to set the pin of its root again.</summary>
public sealed record ScrubPosition(BackupId Backup, int File, bool PinTried);

/// <summary>
/// What a turn found: blocks that were read and are good, those that were brought from elsewhere, those that no copy has, and those that a copy may have that could not be asked; the backups that
/// the last two affect; the first problem; a backup whose root is not pinned as it should be, before anything else goes on; and from where to go on, null at the end.
/// </summary>
public sealed record ScrubTurn(
    long Hashed, long Healed, long Lost, long Unhealed, IReadOnlyList<BackupId> Affected, string? Problem, UnpinnedRoot? Unpinned, int Done, int Total, ScrubPosition? Next);

/// <summary>A root that a node should have pinned, and has not.</summary>
public sealed record UnpinnedRoot(BackupId Backup, Cid Root);
