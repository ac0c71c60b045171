using BackupFunctions.Manifest;

namespace BackupFunctions.Retention;

/// <summary>What becomes of every listed backup, oldest first.</summary>
/// <param name="Items">All of them.</param>
/// <param name="Since">From when on every point that can be restored stays so; null where no rule counts days.</param>
public sealed record RetentionPlan(IReadOnlyList<RetentionItem> Items, DateTimeOffset? Since)
{
    /// <summary>Those that go.</summary>
    public IEnumerable<RetentionItem> Removed => Items.Where(i => !i.Keep);
}

/// <summary>Whether a backup stays, and all that keeps it, or the one reason why it goes.</summary>
public sealed record RetentionItem(BackupEntry Backup, bool Keep, IReadOnlyList<string> Reasons);
