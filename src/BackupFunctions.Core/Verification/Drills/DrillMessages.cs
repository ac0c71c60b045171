using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification.Drills;

/// <summary>The activities of a restore drill and their messages.</summary>
public static class DrillActivities
{
    /// <summary>Chooses what is restored.</summary>
    public static readonly ActivityName<PlanDrillInput, DrillPlan> Plan = new("PlanDrill");

    /// <summary>Restores it into a scratch server, compares, and removes it.</summary>
    public static readonly ActivityName<DrillRunInput, DrillRun> Run = new("RunDrill");
}

/// <summary>Input of <see cref="DrillActivities.Plan"/>: a point in time as <see cref="RestorePoint.Parse"/> reads it, or null for one that the seed chooses.</summary>
public sealed record PlanDrillInput(string? At, Guid Seed);

/// <summary>
/// What is restored: the full backup that is loaded, the slices that are replayed on it, and the point that this leads to, null for the full backup by itself; and a later full backup that was taken
/// as of exactly this point, so that the state can be compared with its hashes.
/// </summary>
public sealed record DrillPlan(BackupId Backup, Cid Root, IReadOnlyList<Cid> Slices, Optime? Point, Cid? CompareWith);

/// <summary>Input of <see cref="DrillActivities.Run"/>: eight hex digits that names on a server are made of, the same when it is run again.</summary>
public sealed record DrillRunInput(DrillPlan Plan, string Name);

/// <summary>What it came to.</summary>
public sealed record DrillRun(DrillOutcome Outcome, TimeSpan Duration, long Documents, long Bytes, string? Reason);
