using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Recovery;

/// <summary>What revisions beside the chain add to it: a backup when it is still there, tombstones before everything else, and all that was seen of the oplog.</summary>
internal sealed record SiblingMerge(IReadOnlyList<ManifestChange> Changes, IReadOnlyList<string> Lost)
{
    /// <summary>Unites.</summary>
    /// <param name="state">The chain.</param>
    /// <param name="beside">Those beside it, oldest first.</param>
    /// <param name="keyring">The keyring that counts from now on.</param>
    /// <param name="backups">What is pinned.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<SiblingMerge> Of(ManifestState state, IReadOnlyList<BesideRevision> beside, Hash256 keyring, PinnedBackups backups, CancellationToken cancellationToken)
    {
        var hasKeyring = beside.Any(b => b.Revision.Changes.Any(c => c is KeysChanged changed && changed.Keyring == keyring));
        var (changes, lost, added) = (new List<ManifestChange>(), new List<string>(), new HashSet<BackupId>());
        foreach (var (claim, change) in beside.SelectMany(b => b.Revision.Changes, (b, change) => (b.Claim, change)))
        {
            switch (change)
            {
                case RevisionsMerged:
                    break;
                case KeysChanged changed when changed.Keyring == keyring:
                    changes.Add(change);
                    break;
                case KeysChanged changed:
                    // what led to it, or another: two keyrings cannot be one: that of the newest revision counts
                    if (!hasKeyring) lost.Add($"revision {claim.Revision} ({claim.Root}), which stood beside the chain, changed key slots ({Told(changed)}): that does not count any more; `backupfn keys list` shows the slots that do");
                    break;
                case BackupRecorded { Backup: var backup }:
                    if (state.Holds(change) || added.Contains(backup.Id)) break;
                    if (await backups.ProblemOf(backup, cancellationToken) is { } problem)
                    {
                        lost.Add($"backup {backup.Id} ({backup.Root}) is not listed: {problem}");
                        break;
                    }
                    added.Add(backup.Id);
                    changes.Add(change);
                    break;
                case BackupRemoved removed:
                    if (added.Contains(removed.Backup) || !state.Holds(change)) changes.Add(change);
                    break;
                case BackupUnpinned unpinned:
                    // one that is pinned again, or was never unpinned everywhere, keeps its tombstone
                    if (state.Removed.FirstOrDefault(t => t.Backup.Id == unpinned.Backup) is { } tombstone && !backups.IsPinned(tombstone.Backup.Root)) changes.Add(change);
                    break;
                case ProtectionChanged { IsProtected: false }:
                    break;
                case ProtectionChanged changed:
                    if (added.Contains(changed.Backup) || !state.Holds(change)) changes.Add(change);
                    break;
                default:
                    if (!state.Holds(change)) changes.Add(change);
                    break;
            }
        }
        return new([.. changes.Distinct()], lost);
    }

    private static string Told(KeysChanged changed) =>
        string.Join(", ", changed.Added.Select(id => $"{id} added").Concat(changed.Removed.Select(id => $"{id} removed")));
}
