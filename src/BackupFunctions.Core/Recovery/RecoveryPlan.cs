using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;

namespace BackupFunctions.Recovery;

/// <summary>What a recovery is to do: nothing but to name the newest revision, or to record another one behind it.</summary>
internal sealed record RecoveryPlan(
    ManifestBranches Branches, ulong NextRevision, bool NeedsRevision, IReadOnlyList<ManifestChange> Changes, IReadOnlyList<BackupEntry> Relisted, IReadOnlyList<string> Warnings)
{
    /// <summary>Whether the new revision must stand for all before it, since these cannot be followed.</summary>
    public bool NeedsCheckpoint => Branches.State.Revision + 1 != NextRevision;

    /// <summary>All that is listed in the end, oldest first.</summary>
    public IReadOnlyList<BackupEntry> Backups
    {
        get
        {
            var removed = Changes.OfType<BackupRemoved>().Select(r => r.Backup).ToHashSet();
            return [.. Branches.State.Backups.Concat(Changes.OfType<BackupRecorded>().Select(r => r.Backup)).Where(b => !removed.Contains(b.Id)).OrderBy(b => b.Id)];
        }
    }

    /// <summary>
    /// Makes it. <paramref name="newest"/> is the highest number that is known to have been given out; <paramref name="staged"/> are backups that wait on this host, which the
    /// next run records itself, with what belongs to them.
    /// </summary>
    public static async Task<RecoveryPlan> Make(
        RevisionEvidence evidence, FoundRepository found, ulong newest, IReadOnlySet<BackupId> staged, int wantedCopies, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var branches = await ManifestBranches.Read(evidence, found, cancellationToken);
        var backups = new PinnedBackups(evidence, found);
        var merge = await SiblingMerge.Of(branches.State, branches.Beside, found.Keys.Keyring.Digest, backups, cancellationToken);
        var unreadable = Unreadable(evidence, found.Newest.Repository);
        IReadOnlyList<BackupEntry> relisted = [];
        // only a revision that is lost can have listed what none lists
        if (branches.Broken.Count > 0 || unreadable.Count > 0 || newest > found.Newest.Revision)
        {
            var entries = branches.State.Backups.Concat(branches.State.Removed.Select(t => t.Backup)).Concat(merge.Changes.OfType<BackupRecorded>().Select(r => r.Backup)).ToList();
            var ids = entries.Select(e => e.Id).ToHashSet();
            relisted = [.. (await backups.Others(entries.Select(e => e.Root).ToHashSet(), wantedCopies, cancellationToken)).Where(b => !ids.Contains(b.Id) && !staged.Contains(b.Id))];
        }
        var next = Math.Max(newest, found.Newest.Revision) + 1;
        List<ManifestChange> changes = [.. merge.Changes, .. relisted.Select(b => new BackupRecorded(b))];
        // the revision that brought this keyring is lost
        if (changes.OfType<KeysChanged>().LastOrDefault() is null && branches.State.KeyChanges is [.., var last] && last.Keyring != found.Keys.Keyring.Digest)
            changes.Add(new KeysChanged(found.Keys.Keyring.Digest, now, found.Keys.Keyring.Epochs, [], []));
        if (branches.Beside.Count > 0) changes.Add(new RevisionsMerged([.. branches.Beside.Select(b => b.Claim.Root)]));
        var warnings = found.Ignored.Concat(branches.Ignored).Concat(unreadable).Concat(branches.Broken).Concat(merge.Lost);
        return new(branches, next, changes.Count > 0 || branches.State.Revision + 1 != next, changes, relisted, [.. warnings]);
    }

    private static List<string> Unreadable(RevisionEvidence evidence, RepositoryId repository) =>
    [
        .. evidence.Unreadable.Where(u => evidence.Pins.ByRoot[u.Root].Any(p => p.Name == PinNames.Manifest(repository)) || evidence.Named.Any(n => n.Root == u.Root && n.Repository == repository))
            .Select(u => $"{u.Node} names {u.Root} as a manifest revision, which cannot be read: what it recorded may be missing: {u.Problem.Message}"),
    ];
}
