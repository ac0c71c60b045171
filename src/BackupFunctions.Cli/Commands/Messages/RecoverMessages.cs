using BackupFunctions.Recovery;

namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>
/// Asks to rebuild the catalogue: from the pins of the nodes, and from a revision's CID or a recovery kit if there is one. A repository by its id is needed where the key opens several.
/// </summary>
public sealed record RecoverRequest(string? Cid, RecoveryKit? Kit, string? Repository, bool DryRun, bool AcceptOlder);

/// <summary>
/// What was found, and what the catalogue says now: the newest revision, the one that the catalogue had (null: none), revisions beside the chain that were merged, ids of backups that were
/// listed again from themselves, how many are listed, the latest, and why nodes could not be asked.
/// </summary>
public sealed record RecoverResult(
    RecoveryOutcome Outcome,
    string Repository,
    ulong Revision,
    string Manifest,
    ulong? CatalogueRevision,
    IReadOnlyList<string> Merged,
    IReadOnlyList<string> Relisted,
    long Backups,
    BackupSummary? Latest,
    IReadOnlyList<string> Unanswered,
    IReadOnlyList<string> Warnings);
