namespace BackupFunctions.Tests.Retention;

/// <summary>Clocks that were wrong, nodes that lack copies, manifests that are empty or torn.</summary>
internal static class OddCases
{
    public static IReadOnlyList<RetentionCase> All { get; } =
    [
        new("nothing is listed", "2026-03-01", "days=90", "", ""),
        new("a backup from the future stays and counts for no rule", "2026-03-01", "last=1", "A=full@2026-02-01 B=full@2026-03-01 C=full@2027-01-01", "A -none | B newest,last | C future,tip"),
        new("backups from the future alone stay", "2026-03-01", "last=1", "A=full@2027-01-01 B=full@2027-01-02", "A future | B future,newest,tip"),
        new("days do not begin in the future", "2026-03-01", "days=14", "A=full@2026-02-01 B=full@2026-02-20 C=full@2027-01-01", "A edge | B days,newest | C future,days,tip"),
        new("a slice from the future keeps what leads to it", "2026-03-01", "last=1", "A=full@2026-02-01 a=slice@2026-02-01..2027-01-01 B=full@2026-03-01",
            "A needed by a,tip | B newest,last | a future,tip"),
        new("a clock that is a century ahead removes nothing that days keep", "2126-03-01", "days=14", "A=full@2026-02-15 B=full@2026-02-20 C=full@2026-03-01", "A days | B days | C days,newest,tip"),
        new("a clock that was set back keeps all that seems to come", "2026-02-10", "days=5", "A=full@2026-02-01 B=full@2026-02-09 C=full@2026-03-01", "A edge | B days,newest | C future,days,tip"),
        new("a degraded newest backup stands for no other", "2026-03-01", "last=1", "A=full@2026-02-01 B=full@2026-02-08 C=full@2026-03-01~", "A -none | B newest whole,tip whole,last | C newest,tip,last"),
        new("a degraded backup goes when its time has come", "2026-03-01", "last=1", "A=full@2026-02-01~ B=full@2026-02-08 C=full@2026-03-01", "A -none | B -none | C newest,tip,last"),
        new("a degraded backup of a period does not displace a whole one", "2026-03-31", "monthly=1", "A=full@2026-03-01 B=full@2026-03-15 C=full@2026-03-31~",
            "A -none | B newest whole,tip whole,monthly 2026-03 | C newest,tip,monthly 2026-03"),
        new("points that only a degraded full backup leads to stay, and those of a whole one", "2026-02-18", "days=5",
            "A=full@2026-02-01 a=slice@2026-02-01..2026-02-08 B=full@2026-02-08~ b=slice@2026-02-08..2026-02-18",
            "A newest whole,tip whole,edge,points | a next,tip whole,points | B newest,tip,edge,points | b next,tip,points"),
        new("only degraded backups are as good as there are", "2026-03-01", "last=1", "A=full@2026-02-01~ B=full@2026-03-01~", "A -none | B newest,tip,last"),
        new("slices without any full backup stay within the days", "2026-03-01", "days=5", "a=slice@2026-02-01..2026-02-02 b=slice@2026-02-02..2026-02-08", "a -orphan | b alone"),
        new("slices without any full backup go where no rule counts days", "2026-03-01", "last=9", "a=slice@2026-02-01..2026-02-05 b=slice@2026-02-05..2026-02-08", "a -orphan | b -orphan"),
        new("a full backup that can be restored as it is and one that points lead from", "2026-03-01", "last=1", "A=full@2026-02-01 a=slice@2026-02-01..2026-03-01 B=full@2026-02-20-",
            "A tip | B newest,last | a tip"),
        new("protection outlasts every rule", "2036-03-01", "last=1", "A=full@2026-02-01! B=full@2026-02-08!~ C=full@2036-03-01", "A protected | B protected | C newest,tip,last"),
        new("two backups of one second are two", "2026-03-01", "last=1", "A=full@2026-03-01 B=full@2026-03-01", "A -none | B newest,tip,last"),
    ];
}
