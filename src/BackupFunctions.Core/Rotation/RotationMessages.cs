using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>The activities of a rotation of keys and their messages. The keys themselves are settings of the host that runs them, never part of a message.</summary>
public static class RotationActivities
{
    /// <summary>Puts the new key in the place of the old one; no block is touched.</summary>
    public static readonly ActivityName<RotateSlotsInput, KeysRotated> RotateSlots = new("RotateSlots");

    /// <summary>Begins a new epoch under the new key.</summary>
    public static readonly ActivityName<StartEpochInput, KeysRotated> StartEpoch = new("StartEpoch");

    /// <summary>Finds out what is left of older epochs.</summary>
    public static readonly ActivityName<ReencryptionPlanInput, ReencryptionPlan> PlanReencryption = new("PlanReencryption");

    /// <summary>Seals files of a backup again, as many as half a minute allows.</summary>
    public static readonly ActivityName<ReencryptInput, ReencryptResult> ReencryptFiles = new("ReencryptFiles");

    /// <summary>Makes index and root over the files that were sealed again, and gives the entry that now only has to be delivered.</summary>
    public static readonly ActivityName<AssembleReencryptedInput, BackupEntryResult> AssembleReencrypted = new("AssembleReencrypted");

    /// <summary>Unpins what one node pins of older epochs, as much as half a minute allows.</summary>
    public static readonly ActivityName<UnpinEpochsInput, UnpinEpochsResult> UnpinEpochs = new("UnpinEpochs");

    /// <summary>Takes the older epochs out of the keyring.</summary>
    public static readonly ActivityName<EndEpochsInput, KeysRotated> EndEpochs = new("EndEpochs");
}

/// <summary>Input of <see cref="RotationActivities.RotateSlots"/>: the id of the new slot, null for the next number.</summary>
public sealed record RotateSlotsInput(string? SlotId);

/// <summary>Input of <see cref="RotationActivities.StartEpoch"/>, under an exclusive lock with this fencing token.</summary>
public sealed record StartEpochInput(string? SlotId, long Fence);

/// <summary>What became of the keyring: the current epoch, the slots that came, left and stay, and the problems of nodes that do not hold the revision.</summary>
public sealed record KeysRotated(
    uint Epoch, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Slots, ulong Revision, IReadOnlyList<string> Problems)
{
    /// <summary>What a change of the keyring comes to.</summary>
    public static KeysRotated Of(KeyringChanged changed) => new(changed.Keyring.CurrentEpoch, changed.Change.Added, changed.Change.Removed,
        SlotsOf(changed.Keyring), changed.Revision, changed.Problems);

    /// <summary>A keyring that stays as it is.</summary>
    internal static KeysRotated Of(Keyring keyring, ulong revision) => new(keyring.CurrentEpoch, [], [], SlotsOf(keyring), revision, []);

    private static List<string> SlotsOf(Keyring keyring) => [.. keyring.Slots.Where(slot => slot.Epoch == keyring.CurrentEpoch).Select(slot => slot.Context.Id)];
}

/// <summary>Input of <see cref="RotationActivities.PlanReencryption"/>.</summary>
public sealed record ReencryptionPlanInput;

/// <summary>
/// Listed backups of older epochs, oldest first, of which there are <see cref="More"/> than these; how many backups of older epochs still wait in staging; and
/// whether the keyring has older epochs at all. <see cref="Completed"/> is what an earlier run came to that sealed everything under the new key already.
/// </summary>
public sealed record ReencryptionPlan(DeliveryTargets Targets, IReadOnlyList<BackupId> Backups, bool More, int Waiting, bool HasOldEpochs, KeysRotated? Completed = null)
{
    /// <summary>Whether nothing has to be sealed any more.</summary>
    public bool IsDone => Backups.Count == 0 && Waiting == 0;
}

/// <summary>Input of <see cref="RotationActivities.ReencryptFiles"/>: the files from this one on.</summary>
public sealed record ReencryptInput(BackupId Backup, int From);

/// <summary>Where to go on; all is sealed when <see cref="Next"/> is <see cref="Files"/>. <see cref="IsNeeded"/> is false for a backup that was removed meanwhile, or is sealed already.</summary>
public sealed record ReencryptResult(bool IsNeeded, int Next, int Files, long Bytes);

/// <summary>Input of <see cref="RotationActivities.AssembleReencrypted"/>.</summary>
public sealed record AssembleReencryptedInput(BackupId Backup);

/// <summary>The entry of a staged backup.</summary>
public sealed record BackupEntryResult(Manifest.BackupEntry Entry);

/// <summary>Input of <see cref="RotationActivities.UnpinEpochs"/>: a node by its place, under an exclusive lock with this fencing token.</summary>
public sealed record UnpinEpochsInput(int Node, long Fence);

/// <summary>How many pins went, whether there are more, and pins that cannot be told.</summary>
public sealed record UnpinEpochsResult(int Unpinned, bool More, IReadOnlyList<string> Problems);

/// <summary>Input of <see cref="RotationActivities.EndEpochs"/>, under an exclusive lock with this fencing token.</summary>
public sealed record EndEpochsInput(long Fence);

/// <summary>What a turn staged (sealed): the files that came out of each file from <paramref name="From"/> to before <paramref name="Next"/> of the backup under <paramref name="Source"/>.</summary>
internal sealed record ReencryptedFiles(Cid Source, uint Epoch, int From, int Next, IReadOnlyList<IReadOnlyList<DumpedFile>> Files, IReadOnlyList<StagedCar> Segments, long NewBytes);
