using System.Text.Json.Serialization;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;

namespace BackupFunctions.Manifest;

/// <summary>
/// One link of the manifest chain: what changed, and where the chain goes on. The revision number and the previous CID also stand, readable
/// without a key, in the context of the sealed block; both must agree.
/// </summary>
public sealed record ManifestRevision(
    int Format,
    RepositoryId Repository,
    ulong Revision,
    Cid? Previous,
    DateTimeOffset At,
    ManifestCheckpoint? Checkpoint,
    IReadOnlyList<ManifestChange> Changes)
{
    /// <summary>The format that this code writes and reads.</summary>
    public const int CurrentFormat = 0;
}

/// <summary>Everything up to and with this revision, as pages under one root, so that no reader walks further back.</summary>
public sealed record ManifestCheckpoint(ulong Revision, Cid Root);

/// <summary>What a revision changes.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(BackupRecorded), "backup")]
[JsonDerivedType(typeof(CopyRecorded), "copy")]
[JsonDerivedType(typeof(CoverageAdvanced), "coverage")]
[JsonDerivedType(typeof(GapRecorded), "gap")]
[JsonDerivedType(typeof(ProtectionChanged), "protection")]
[JsonDerivedType(typeof(BackupRemoved), "removed")]
[JsonDerivedType(typeof(BackupUnpinned), "unpinned")]
[JsonDerivedType(typeof(RunFailed), "failure")]
[JsonDerivedType(typeof(ScrubRecorded), "scrub")]
[JsonDerivedType(typeof(DrillRecorded), "drill")]
[JsonDerivedType(typeof(RevisionsMerged), "merged")]
[JsonDerivedType(typeof(KeysChanged), "keys")]
public abstract record ManifestChange;

/// <summary>A backup is listed from now on, or its entry is replaced.</summary>
public sealed record BackupRecorded(BackupEntry Backup) : ManifestChange;

/// <summary>A listed backup has this copy from now on, instead of what it had on the same node.</summary>
public sealed record CopyRecorded(BackupId Backup, NodeCopy Copy) : ManifestChange;

/// <summary>The oplog between these entries was read and holds nothing that a restore needs: what is covered moves without a backup.</summary>
public sealed record CoverageAdvanced(OplogMark After, OplogMark Through, DateTimeOffset At) : ManifestChange;

/// <summary>
/// The entry <see cref="After"/>, where the next slice had to begin, was gone from the oplog. The chain goes on at <see cref="Resumes"/>, an
/// entry that is covered by another way; null: with a new full backup.
/// </summary>
public sealed record GapRecorded(OplogMark After, OplogMark? Resumes, OplogGapReason Reason, DateTimeOffset DetectedAt) : ManifestChange;

/// <summary>Whether retention leaves a listed backup alone from now on.</summary>
public sealed record ProtectionChanged(BackupId Backup, bool IsProtected) : ManifestChange;

/// <summary>A backup is not listed any more, and no later change lists it again. Its pins stay until <see cref="BackupUnpinned"/>.</summary>
public sealed record BackupRemoved(BackupId Backup, DateTimeOffset At, string Reason) : ManifestChange;

/// <summary>No node pins the root of a removed backup any more: nothing is left of it but what others share.</summary>
public sealed record BackupUnpinned(BackupId Backup) : ManifestChange;

/// <summary>A run that should have made a backup of this type failed.</summary>
public sealed record RunFailed(BackupType Type, DateTimeOffset Started, DateTimeOffset Ended, ErrorKind Reason) : ManifestChange;

/// <summary>Revisions that stood beside the chain, written by somebody who did not know its newest ones: what they recorded is part of it from now on.</summary>
public sealed record RevisionsMerged(IReadOnlyList<Cid> Revisions) : ManifestChange;

/// <summary>
/// The keyring is another from now on: the one in this revision's directory, with this SHA-256. Its live epochs, and the ids of slots that came and left:
/// one that holds other epochs than before did both.
/// </summary>
public sealed record KeysChanged(Hash256 Keyring, DateTimeOffset At, IReadOnlyList<uint> Epochs, IReadOnlyList<string> Added, IReadOnlyList<string> Removed) : ManifestChange
{
    /// <summary>What turns one keyring into another.</summary>
    internal static KeysChanged Between(Keyring before, Keyring after, DateTimeOffset at) =>
        new(after.Digest, at, after.Epochs, Ids(after, before), Ids(before, after));

    private static List<string> Ids(Keyring of, Keyring without) =>
        [.. of.Slots.Where(slot => without.Slots.All(other => !other.Block.Span.SequenceEqual(slot.Block.Span))).Select(slot => slot.Context.Id).Distinct()];
}
