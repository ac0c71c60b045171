namespace BackupFunctions.Tests.Retention;

/// <summary>
/// One row: the rules (<c>days=90 last=3</c>), the time, a <see cref="History"/>, and what becomes of each backup, oldest first: <c>A days,newest | b -snapshot A</c>. A minus goes before the
/// reason of one that is removed; the words for reasons are those of <see cref="Words"/>, or the reason itself.
/// </summary>
internal sealed record RetentionCase(string Name, string Now, string Rules, string History, string Expected)
{
    public static IReadOnlyList<(string Sentence, string Word)> Words { get; } =
    [
        ("newest full backup on all nodes", "newest whole"),
        ("newest full backup", "newest"),
        ("leads to the newest point from all nodes", "tip whole"),
        ("leads to the newest point", "tip"),
        ("continues the newest full backup", "next"),
        ("continues one of the last full backups", "last+"),
        ("dated in the future", "future"),
        ("no rule keeps it", "none"),
        ("its full backup goes", "base goes"),
        ("no full backup leads to it", "orphan"),
        ("was rolled back: no restore can use it", "undone"),
        ("tells what was rolled back, of which something is kept", "rolled"),
        ("a backup that is under way builds on it", "base"),
    ];

    public override string ToString() => Name;
}
