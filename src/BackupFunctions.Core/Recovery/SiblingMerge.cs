using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Recovery;

/// <summary>What revisions beside the chain add to it: a backup when it is still there, tombstones before everything else, and all that was seen of the oplog.</summary>
internal sealed record SiblingMerge(IReadOnlyList<ManifestChange> Changes, IReadOnlyList<string> Lost)
{
    /// <summary>Unites.</summary>
    public static async Task<SiblingMerge> Of(ManifestState state, IEnumerable<BesideRevision> beside, PinnedBackups backups, CancellationToken cancellationToken)
    {
        var (changes, lost, added) = (new List<ManifestChange>(), new List<string>(), new HashSet<BackupId>());
        foreach (var change in beside.SelectMany(b => b.Revision.Changes))
        {
            switch (change)
            {
                case RevisionsMerged:
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
}
