using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Retention;

/// <summary>Decides what goes when somebody removes one backup: that one, and the slices that no full backup leads to without it.</summary>
internal static class BackupRemoval
{
    /// <summary>
    /// The backups that go, the named one first. Refuses with <see cref="ErrorKind.Configuration"/> what is protected, and the last full backup that every node holds; <paramref name="force"/> allows both.
    /// </summary>
    public static IReadOnlyList<BackupEntry> Plan(ManifestState state, BackupEntry backup, bool force)
    {
        var before = OplogTimeline.Of(state);
        var left = state.Backups.Where(b => b.Id != backup.Id).ToList();
        var after = new OplogTimeline(left, state.Coverage, state.Gaps);
        // what was rolled back must not come back to life when what took its place goes
        var removed = left.Where(b => b.Type == BackupType.Incremental && (before.IsHistory(b) ? IsReached(before, b) && !IsReached(after, b) : after.IsHistory(b))).Prepend(backup).ToList();
        if (force) return removed;
        if (removed.FirstOrDefault(b => b.IsProtected) is { } guarded)
            throw new BackupException(ErrorKind.Configuration, $"remove backup {backup.Id}: {(guarded == backup ? "it" : $"backup {guarded.Id}, which needs it,")} is protected", $"`backupfn unprotect {guarded.Id}` first, or give --force");
        if (backup.Type == BackupType.Full && !left.Any(b => b.Type == BackupType.Full && (!b.IsDegraded || backup.IsDegraded)))
            throw new BackupException(ErrorKind.Configuration, $"remove backup {backup.Id}: it is the last full backup that can be restored{(backup.IsDegraded ? "" : " from every node")}", "make another one first, or give --force");
        return removed;
    }

    private static bool IsReached(OplogTimeline timeline, BackupEntry slice) => slice.Oplog is { } oplog && timeline.Chains.Any(c => c.Reaches(oplog.After));
}
