using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Monitoring;
using BackupFunctions.Notifications;
using BackupFunctions.Scheduling;
using BackupFunctions.Tests.Manifest;

namespace BackupFunctions.Tests.Monitoring;

/// <summary>Each reason for red, and what it takes to be green again.</summary>
public sealed class WatchRulesTests
{
    // a Wednesday; full backups are due on Sundays, incremental ones daily, at 02:00
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Sunday = new(2026, 3, 1, 2, 30, 0, TimeSpan.Zero), Today = new(2026, 3, 4, 2, 10, 0, TimeSpan.Zero);
    private static readonly OplogMark Begin = Mark(Sunday.AddMinutes(-1)), End = Mark(Today);
    private static readonly ObservedNode Up = new("node", "kubo", null, null), Down = new("node", null, "connect to node: refused", "start it");

    private readonly List<ManifestChange> _changes =
    [
        new BackupRecorded(Backup(1, BackupType.Full, Sunday, Begin, Mark(Sunday))),
        new BackupRecorded(Backup(2, BackupType.Incremental, Today, Mark(Sunday), End)),
    ];

    [Fact]
    public void Backups_that_succeed_are_green() => Find().ShouldBeEmpty();

    [Theory]
    [InlineData("2026-03-07T23:00:00Z", "")]
    [InlineData("2026-03-08T20:00:00Z", "incremental")] // the full one may still run
    [InlineData("2026-03-09T03:00:00Z", "full,incremental")]
    public void A_full_backup_that_does_not_succeed_by_its_schedule_is_red(string at, string overdue)
    {
        var coverage = new CoverageAdvanced(End, Mark(DateTimeOffset.Parse("2026-03-07T02:00:00Z", null)), DateTimeOffset.Parse("2026-03-07T02:01:00Z", null));
        _changes.Add(coverage);
        Reds(at: DateTimeOffset.Parse(at, null)).ShouldBe(overdue.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(t => $"backup.overdue/{t}"));
    }

    [Theory]
    [InlineData("2026-03-05T07:59:00Z", false)]
    [InlineData("2026-03-05T08:01:00Z", true)]
    public void An_incremental_backup_has_a_quarter_of_its_interval(string at, bool red) =>
        Reds(at: DateTimeOffset.Parse(at, null)).Contains("backup.overdue/incremental").ShouldBe(red);

    [Fact]
    public void A_run_that_had_nothing_to_back_up_has_succeeded()
    {
        var at = Now.AddDays(1);
        Reds(at: at).ShouldBe(["backup.overdue/incremental"]);
        _changes.Add(new CoverageAdvanced(End, Mark(at.AddHours(-1)), at.AddHours(-1)));
        Reds(at: at).ShouldBeEmpty();
    }

    [Fact]
    public void Hours_that_are_set_stand_for_the_schedules()
    {
        var settings = new WatchSettings { NoSuccess = TimeSpan.FromHours(24), Full = null, Incremental = null };
        Reds(settings, Now).ShouldBeEmpty();
        Reds(settings, Today.AddHours(24)).ShouldBeEmpty();
        Reds(settings, Today.AddHours(24).AddMinutes(1)).ShouldBe(["backup.overdue/full"]);
    }

    [Fact]
    public void What_is_not_scheduled_is_never_overdue() => Reds(new WatchSettings { Full = null, Incremental = null }, Now.AddYears(1)).ShouldBeEmpty();

    [Theory]
    [InlineData("2026-03-04T01:00:00Z", "2026-03-04T01:30:00Z", false)]
    [InlineData("2026-03-04T01:00:00Z", "2026-03-04T07:59:00Z", false)]
    [InlineData("2026-03-04T01:00:00Z", "2026-03-04T08:01:00Z", true)]
    public void Without_any_backup_it_is_red_once_one_was_due(string since, string at, bool red)
    {
        var seen = new Observation(DateTimeOffset.Parse(at, null), DateTimeOffset.Parse(since, null)) { Nodes = [Up, Up] };
        var found = WatchRules.Find(seen, new());
        found.Any(c => c.Level == AlertLevel.Error).ShouldBe(red);
        // and never green without a word
        found.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_last_run_that_failed_is_red_until_one_of_its_type_succeeds()
    {
        _changes.Add(new RunFailed(BackupType.Incremental, Now.AddHours(-2), Now.AddHours(-1), ErrorKind.Corrupt));
        var failed = Find().ShouldHaveSingleItem();
        (failed.Event, failed.Subject, failed.Level).ShouldBe(("backup.failed", "incremental", AlertLevel.Error));
        failed.Message.ShouldContain("corrupt");
        _changes.Add(new BackupRecorded(Backup(3, BackupType.Incremental, Now.AddMinutes(-5), End, Mark(Now.AddMinutes(-5)))));
        Find().ShouldBeEmpty();
    }

    [Fact]
    public void One_node_down_is_a_warning_and_both_are_red()
    {
        var one = Find(seen => seen with { Nodes = [Up, Down] }).ShouldHaveSingleItem();
        (one.Event, one.Subject, one.Level, one.Message, one.Hint).ShouldBe(("node.unreachable", "2", AlertLevel.Warning, "connect to node: refused", "start it"));
        Find(seen => seen with { Nodes = [Down, Down] }).Select(c => (c.Subject, c.Level)).ShouldBe([("1", AlertLevel.Error), ("2", AlertLevel.Error)]);
    }

    [Fact]
    public void A_catalogue_that_does_not_answer_is_red_and_says_nothing_of_backups()
    {
        var found = Find(seen => seen with { Manifest = null, CatalogueProblem = ("read catalogue: refused", null) }).ShouldHaveSingleItem();
        (found.Event, found.Level, found.Hint.Length > 0).ShouldBe(("catalogue.unreachable", AlertLevel.Error, true));
    }

    [Fact]
    public void A_manifest_conflict_is_red()
    {
        var found = Find(seen => seen with { Conflict = "node 1 holds revision 9 of the manifest, and the catalogue knows only 3" }).ShouldHaveSingleItem();
        (found.Event, found.Level).ShouldBe(("manifest.conflict", AlertLevel.Error));
        found.Hint.ShouldContain("`backupfn recover`");
    }

    [Fact]
    public void A_gap_is_red_until_a_new_chain_begins()
    {
        _changes.Add(new GapRecorded(End, null, OplogGapReason.RolledOver, Now.AddHours(-1)));
        (Find().ShouldHaveSingleItem().Event, Find()[0].Level).ShouldBe(("oplog.gap", AlertLevel.Error));
        _changes.Add(new BackupRecorded(Backup(4, BackupType.Full, Now.AddMinutes(-10), Mark(Now.AddMinutes(-30)), Mark(Now.AddMinutes(-20)))));
        Find().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(7, true)]
    public void A_copy_that_is_missing_for_too_long_is_a_warning(int hours, bool found)
    {
        var degraded = Backup(5, BackupType.Full, Now, Mark(Now.AddMinutes(-2)), Mark(Now.AddMinutes(-1)));
        _changes.Add(new BackupRecorded(degraded with { Copies = [degraded.Copies[0]] }));
        Find(at: Now.AddHours(hours)).Select(c => (c.Event, c.Level)).ShouldBe(found ? [("pins.failing", AlertLevel.Warning)] : []);
    }

    [Fact]
    public void What_a_scrub_could_not_heal_is_red_until_it_is()
    {
        var id = Entries.Entry(1).Id;
        _changes.Add(new ScrubRecorded("a", "node 1", Now.AddHours(-2), 0, 1, 10, 0, 1, 0, [id]));
        (Find().ShouldHaveSingleItem().Event, Find()[0].Level).ShouldBe(("scrub.finding", AlertLevel.Error));
        _changes.Add(new ScrubRecorded("a", "node 1", Now.AddHours(-1), 0, 1, 11, 1, 0, 0, []));
        Find().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(48, null, null, false)]
    [InlineData(15, null, null, true)] // 14 hours to the next run
    [InlineData(15, 100L, 100L, true)]
    [InlineData(15, 25L, 100L, false)] // it is a quarter full
    public void An_oplog_that_will_not_reach_back_at_the_next_run_is_a_warning(int hours, long? bytes, long? most, bool low)
    {
        var oplog = new OplogReach(Today.AddHours(-hours), Today, bytes, most);
        Find(seen => seen with { At = Today, Oplog = oplog }, new WatchSettings { Incremental = Schedule.Parse("10 16 * * *") }).Select(c => (c.Event, c.Level))
            .ShouldBe(low ? [("oplog.headroom", AlertLevel.Warning)] : []);
    }

    [Fact]
    public void A_source_that_does_not_answer_is_a_warning() => Find(seen => seen with { SourceProblem = "connect: refused" }).ShouldHaveSingleItem().Level.ShouldBe(AlertLevel.Warning);

    [Fact]
    public void What_holds_is_not_cleared_and_what_cannot_be_told_neither()
    {
        var seen = Seen(Now) with { Nodes = [Up, Down], Conflict = null, ConflictIsKnown = false };
        var cleared = WatchRules.Clear(seen, WatchRules.Find(seen, new())).Select(c => c.Cause).ToList();
        cleared.ShouldContain("node.unreachable/1");
        cleared.ShouldContain("backup.overdue/full");
        cleared.ShouldNotContain("node.unreachable/2");
        cleared.ShouldNotContain("manifest.conflict");
        cleared.ShouldNotContain("oplog.headroom");
        var blind = seen with { Manifest = null, CatalogueProblem = ("no", null) };
        WatchRules.Clear(blind, WatchRules.Find(blind, new())).ShouldAllBe(c => c.Cause == "node.unreachable/1" || c.Cause == "source.unreachable");
    }

    [Fact]
    public void The_next_backup_is_the_first_of_both_schedules()
    {
        new WatchSettings().Next(Now).ShouldBe(new DateTimeOffset(2026, 3, 5, 2, 0, 0, TimeSpan.Zero));
        new WatchSettings { Full = null, Incremental = null }.Next(Now).ShouldBeNull();
    }

    private IReadOnlyList<string> Reds(WatchSettings? settings = null, DateTimeOffset? at = null) =>
        [.. Find(settings: settings, at: at).Where(c => c.Level == AlertLevel.Error).Select(c => c.ToAlert(Now).Cause)];

    private IReadOnlyList<Condition> Find(Func<Observation, Observation>? change = null, WatchSettings? settings = null, DateTimeOffset? at = null) =>
        WatchRules.Find((change ?? (s => s))(Seen(at ?? Now)), settings ?? new());

    private Observation Seen(DateTimeOffset at)
    {
        var state = new ManifestState();
        state.Apply(new ManifestRevision(ManifestRevision.CurrentFormat, RepositoryId.Parse(new string('0', 32)), 1, null, Sunday, null, _changes), Cid.Raw([1]));
        return new(at, Sunday) { Manifest = state, Nodes = [Up, Up], ConflictIsKnown = true };
    }

    private static BackupEntry Backup(int number, BackupType type, DateTimeOffset completed, OplogMark after, OplogMark through) => Entries.Entry(number) with
    {
        Type = type,
        Started = completed.AddMinutes(-5),
        Completed = completed,
        Oplog = new(after, through, 1),
        ConsistentAt = type == BackupType.Full ? through.Optime : null,
    };

    private static OplogMark Mark(DateTimeOffset at) => new(new((uint)at.ToUnixTimeSeconds(), 1), Hash256.Sha256(BitConverter.GetBytes(at.ToUnixTimeSeconds())));
}
