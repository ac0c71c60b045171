using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Recovery;

/// <summary>
/// Asks for a recovery: from the pins of the nodes, and from what else names a revision. <paramref name="AcceptOlder"/> allows a revision that is older than the newest one
/// that something knows of; with <paramref name="DryRun"/> nothing is written anywhere.
/// </summary>
public sealed record RecoveryRequest(Cid? Manifest = null, RecoveryKit? Kit = null, RepositoryId? Repository = null, bool DryRun = false, bool AcceptOlder = false);

/// <summary>What became of the catalogue.</summary>
public enum RecoveryOutcome
{
    /// <summary>Nothing was to be written: this is what was found.</summary>
    Found,

    /// <summary>It had been up to date.</summary>
    UpToDate,

    /// <summary>Its head was moved.</summary>
    Recovered,
}

/// <summary>
/// What was found, and what the catalogue says now. <see cref="Merged"/> are the revisions beside the chain that a new one unites with it, <see cref="Relisted"/> backups whose
/// entries were lost with a revision and were made again from the backups themselves, without a verified copy; <see cref="Backups"/> all that is listed, oldest first. <see cref="Unanswered"/>
/// says which nodes could not be asked.
/// </summary>
public sealed record RecoveryResult(
    RecoveryOutcome Outcome,
    RepositoryId Repository,
    ulong Revision,
    Cid Manifest,
    ulong? CatalogRevision,
    IReadOnlyList<Cid> Merged,
    IReadOnlyList<BackupEntry> Relisted,
    IReadOnlyList<BackupEntry> Backups,
    IReadOnlyList<string> Unanswered,
    IReadOnlyList<string> Warnings);
