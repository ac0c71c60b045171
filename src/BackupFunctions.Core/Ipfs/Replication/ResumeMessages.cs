using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Input of <see cref="BackupActivities.PlanResume"/>: who asks, by its lock (what other holders are at is left to them); and whether to look for missing copies
/// too, for which every node is asked for all its pins.
/// </summary>
public sealed record ResumePlanInput(DateTimeOffset Now, string Holder, bool Copies);

/// <summary>
/// What is left of earlier runs: backups that are staged and not recorded, oldest first; and copies that are missing, of which there are
/// <see cref="More"/> than these; and why a node could not be asked what it lacks.
/// </summary>
public sealed record ResumePlan(DeliveryTargets Targets, IReadOnlyList<UndeliveredBackup> Staged, IReadOnlyList<MissingCopy> Missing, bool More, IReadOnlyList<string> Unreachable, IReadOnlyList<string> Warnings);

/// <summary>A staged backup, and what is to be recorded together with it.</summary>
public sealed record UndeliveredBackup(BackupEntry Entry, IReadOnlyList<ManifestChange> Before);

/// <summary>A recorded backup that a configured node is to hold and does not, or does not pin any more; whether it is still staged; whether it is the last copy that it lacks.</summary>
public sealed record MissingCopy(BackupEntry Backup, int Node, bool Staged, bool Last);
