namespace BackupFunctions.Tests.Retention;

/// <summary>Full backups with slices that continue them.</summary>
internal static class ChainCases
{
    // weekly full backups that slices join, from week to week and on to today
    private const string Joined =
        "A=full@2026-02-01 a=slice@2026-02-01..2026-02-08 B=full@2026-02-08T00:01 b=slice@2026-02-08..2026-02-08T00:01 c=slice@2026-02-08T00:01..2026-02-15 C=full@2026-02-15T00:01 d=slice@2026-02-15..2026-02-15T00:01 e=slice@2026-02-15T00:01..2026-02-18";

    public static IReadOnlyList<RetentionCase> All { get; } =
    [
        new("days keep every point: the newest full before them with its slices", "2026-02-18", "days=5", Joined,
            "A -none | a -base goes | B edge,points | b -base goes | c points | C days,newest,tip | d points | e next,tip,points"),
        new("days that reach back to the first backup keep all", "2026-02-18", "days=30", Joined,
            "A days | a points | B days | b points | c points | C days,newest,tip | d points | e next,tip,points"),
        new("a full backup that another rule keeps is a snapshot", "2026-02-18", "days=5 weekly=9", Joined,
            "A weekly 2026-W05 | a -snapshot A | B weekly 2026-W06,edge,points | b -snapshot A | c points | C days,newest,tip,weekly 2026-W07 | d points | e next,tip,points"),
        new("the last full backups keep what continues them", "2026-02-18", "last=2", Joined,
            "A -none | a -base goes | B last | b -base goes | c last+ | C newest,tip,last | d last+ | e next,tip,last+"),
        new("the last full backup alone keeps what continues it", "2026-02-18", "last=1", Joined,
            "A -none | a -base goes | B -none | b -base goes | c -base goes | C newest,tip,last | d -base goes | e next,tip,last+"),
        new("the newest full backup keeps what continues it whatever the rule", "2026-02-18", "yearly=1", Joined,
            "A -none | a -base goes | B -none | b -base goes | c -base goes | C newest,tip,yearly 2026 | d -base goes | e next,tip"),
        new("a protected full backup is a snapshot", "2026-02-18", "last=1", Joined.Replace("A=full@2026-02-01 ", "A=full@2026-02-01! ", StringComparison.Ordinal),
            "A protected | a -snapshot A | B -none | b -snapshot A | c -snapshot A | C newest,tip,last | d -snapshot A | e next,tip,last+"),
        new("a protected slice keeps what leads to it", "2026-02-18", "last=1", Joined.Replace("c=slice@2026-02-08T00:01..2026-02-15 ", "c=slice@2026-02-08T00:01..2026-02-15! ", StringComparison.Ordinal),
            "A -none | a -base goes | B needed by c | b -base goes | c protected | C newest,tip,last | d -snapshot B | e next,tip,last+"),
        new("a protected first slice keeps its full backup alone", "2026-02-18", "last=1", Joined.Replace("a=slice@2026-02-01..2026-02-08 ", "a=slice@2026-02-01..2026-02-08! ", StringComparison.Ordinal),
            "A needed by a | a protected | B -none | b -snapshot A | c -snapshot A | C newest,tip,last | d -snapshot A | e next,tip,last+"),
        new("two chains that do not meet keep their own slices", "2026-02-18", "days=5",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-16 B=full@2026-02-10 b=slice@2026-02-10..2026-02-12 C=full@2026-02-18",
            "A points | B edge | b -snapshot B | a points | C days,newest,tip"),
        new("a chain that ends before the days is not needed for a point", "2026-02-18", "days=5", "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 B=full@2026-02-10 C=full@2026-02-18",
            "A -none | a -base goes | B edge | C days,newest,tip"),
        new("a chain that another covers wholly is not needed", "2026-02-18", "days=5",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-14 B=full@2026-02-10 b=slice@2026-02-10..2026-02-18 C=full@2026-02-18T00:00",
            "A -none | B edge,points | a -base goes | b points | C days,newest,tip"),
        new("a hole of the newer chain is filled by the older one", "2026-02-20", "days=8",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-15 B=full@2026-02-10 b=slice@2026-02-10..2026-02-13 C=full@2026-02-18 c=slice@2026-02-18..2026-02-20",
            "A points | B edge,points | b points | a points | C days,newest,tip | c next,tip,points"),
        new("slices between two full backups inside the days stay", "2026-02-18", "days=14",
            "A=full@2026-02-06 a=slice@2026-02-06..2026-02-10 b=slice@2026-02-10..2026-02-14 B=full@2026-02-14 c=slice@2026-02-14..2026-02-18",
            "A days | a points | b points | B days,newest,tip | c next,tip,points"),
        new("a gap ends a chain and what is behind it has no base", "2026-02-18", "days=5", "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 b=slice@2026-02-06..2026-02-07 B=full@2026-02-15 c=slice@2026-02-15..2026-02-18",
            "A edge | a -snapshot A | b -orphan | B days,newest,tip | c next,tip,points"),
        new("a stretch that holds nothing joins slices", "2026-02-18", "days=3", "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 cover@2026-02-05..2026-02-10 b=slice@2026-02-10..2026-02-18",
            "A newest,tip,edge,points | a next,tip,points | b next,tip,points"),
        new("a slice of the full backup's branch stays when it leads to points and another way does not", "2026-02-18", "days=5",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-12 b=slice@2026-02-12..2026-02-13T12:00 c=slice@2026-02-12..2026-02-18",
            "A newest,tip,edge,points | a next,tip,points | b next,points | c next,tip,points"),
        new("slices that were rolled back go at once", "2026-02-18", "days=90",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 b=slice@2026-02-05..2026-02-08 rollback@2026-02-08>2026-02-05 c=slice@2026-02-05..2026-02-18/1",
            "A days,newest,tip | a next,tip,points | b -undone | c next,tip,points"),
        new("all that was rolled back goes together", "2026-02-18", "days=90",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 b=slice@2026-02-05..2026-02-08 rollback@2026-02-08>2026-02-01 c=slice@2026-02-01..2026-02-18/1",
            "A days,newest,tip | a -undone | b -undone | c next,tip,points"),
        new("slices of a rolled back history stay until others stand in their place, but the last", "2026-02-18", "days=90",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 b=slice@2026-02-05..2026-02-08 rollback@2026-02-08>2026-02-01", "A days,newest,tip | a next,tip,points | b -undone"),
        new("a protected slice that was rolled back keeps the others, which tell that it was", "2026-02-18", "last=1",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-05! b=slice@2026-02-05..2026-02-08 rollback@2026-02-08>2026-02-01 c=slice@2026-02-01..2026-02-18/1",
            "A needed by a,newest,tip,last | a protected | b rolled | c next,tip,last+"),
        new("minutes of a continuous chain before the days go with their full backup", "2026-02-18T02:03", "days=1",
            "A=full@2026-02-10 a=slice@2026-02-10..2026-02-10T00:01 b=slice@2026-02-10T00:01..2026-02-10T00:02 B=full@2026-02-17 c=slice@2026-02-17..2026-02-18T02:02 d=slice@2026-02-18T02:02..2026-02-18T02:03",
            "A -none | a -base goes | b -base goes | B newest,tip,edge,points | c next,tip,points | d next,tip,points"),
    ];
}
