using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using static BackupFunctions.Tests.Manifest.OplogEntries;

namespace BackupFunctions.Tests.Manifest;

public class OplogTimelineTests
{
    [Fact]
    public void A_full_backup_and_its_slices_are_one_window()
    {
        var timeline = Timeline([Full(1, 10, 20), Slice(2, 20, 30), Slice(3, 30, 44)]);
        Text(timeline).ShouldBe("20-44 full 1: 2 3");
        Path(timeline, RestorePoint.At(new(20, 1))).ShouldBe("1:");
        Path(timeline, RestorePoint.At(new(25, 0))).ShouldBe("1: 2");
        Path(timeline, RestorePoint.At(new(44, 1))).ShouldBe("1: 2 3");
    }

    [Fact]
    public void A_snapshot_backup_is_restorable_from_within_its_own_oplog()
    {
        var timeline = Timeline([Full(1, 10, 20, consistentAt: 14)]);
        Text(timeline).ShouldBe("14-20 full 1:");
        Path(timeline, RestorePoint.At(new(14, 1))).ShouldBe("1:");
        Kind(timeline, RestorePoint.At(new(13, 1))).ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public void What_was_seen_to_hold_nothing_is_covered_like_a_slice()
    {
        var timeline = Timeline([Full(1, 10, 20), Slice(2, 26, 30)], [Covered(20, 26), Covered(30, 50)]);
        Text(timeline).ShouldBe("20-50 full 1: 2");
        Path(timeline, RestorePoint.At(new(24, 1))).ShouldBe("1:");
        Path(timeline, RestorePoint.At(new(40, 1))).ShouldBe("1: 2");
    }

    [Fact]
    public void Slices_of_a_history_that_was_rolled_back_lead_nowhere_once_others_stand_in_their_place()
    {
        BackupEntry[] lost = [Full(1, 10, 20), Slice(2, 20, 30), Slice(3, 30, 40)];
        var gap = Lost(40, OplogGapReason.RolledBack) with { Resumes = Mark(20) };
        Text(Timeline(lost, gaps: [gap])).ShouldBe("20-30 full 1: 2", "until then the older slices are all there is");

        var present = Timeline([.. lost, Slice(4, Mark(20), Mark(50, branch: 1))], gaps: [gap]);
        Text(present).ShouldBe("20-50 full 1: 4");
        Path(present, RestorePoint.At(new(25, 1))).ShouldBe("1: 4");
    }

    [Fact]
    public void A_slice_joins_only_the_identical_entry()
    {
        var timeline = Timeline([Full(1, 10, 20), Slice(2, Mark(20, branch: 1), Mark(30))]);
        Text(timeline).ShouldBe("20-20 full 1:");
        timeline.Tips().Tips.Select(t => t.Covered).ShouldBe([Mark(20), Mark(30)]);
    }

    [Fact]
    public void A_whole_second_needs_an_entry_of_a_later_second()
    {
        var timeline = Timeline([Full(1, 10, 20), Slice(2, 20, 30)]);
        Path(timeline, RestorePoint.EndOf(At(29))).ShouldBe("1: 2");
        Kind(timeline, RestorePoint.EndOf(At(30))).ShouldBe(ErrorKind.NotFound);
        Path(timeline, RestorePoint.At(new(30, 1))).ShouldBe("1: 2");
        // the full backup of second 20 belongs to its end
        Path(timeline, RestorePoint.EndOf(At(20).AddMilliseconds(900))).ShouldBe("1: 2");
        Kind(timeline, RestorePoint.EndOf(At(19))).ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public void A_point_between_two_windows_is_refused_with_the_nearest_possible_ones()
    {
        var timeline = Timeline([Full(1, 10, 20), Slice(2, 20, 30), Full(3, 40, 50)], gaps: [Lost(30)]);
        Text(timeline).ShouldBe("20-30 full 1: 2 | 50-50 full 3:");
        timeline.Gaps.ShouldHaveSingleItem().ShouldBe(new(Mark(30).Optime, Mark(50).Optime, OplogGapReason.RolledOver, timeline.Gaps[0].DetectedAt));
        var error = Should.Throw<BackupException>(() => timeline.Find(RestorePoint.EndOf(At(40))));
        error.Kind.ShouldBe(ErrorKind.OplogGap);
        error.Message.ShouldBe("restore to 1970-01-01T00:00:40Z: it lies in a gap of the oplog; the nearest points are 30:1 (1970-01-01 00:00:30Z) before it and 50:1 (1970-01-01 00:00:50Z) after it");
        var beyond = Should.Throw<BackupException>(() => timeline.Find(RestorePoint.At(new(60, 1))));
        beyond.Message.ShouldBe("restore to 60:1: no backup reaches it; the nearest point is 50:1 (1970-01-01 00:00:50Z) before it");
        beyond.Hint.ShouldBe("give that point as seconds:increment; `GET /api/windows`, on the command line `backupfn windows`, shows all");
        Should.Throw<BackupException>(() => timeline.Find(RestorePoint.At(new(5, 1)))).Message.ShouldContain("the nearest point is 20:1 (1970-01-01 00:00:20Z) after it");
    }

    [Fact]
    public void Without_a_full_backup_that_holds_oplog_nothing_is_restorable_to_a_point()
    {
        var timeline = Timeline([Full(1, 10, 20) with { Oplog = null, ConsistentAt = null }, Slice(2, 20, 30)]);
        timeline.Windows.ShouldBeEmpty();
        Kind(timeline, RestorePoint.At(new(25, 1))).ShouldBe(ErrorKind.NotFound);
        timeline.Tips().Tips.ShouldBeEmpty();
        timeline.Tips().Full.ShouldBeNull();
    }

    [Fact]
    public void A_full_backup_between_slices_is_joined_by_a_slice_that_ends_where_it_ends()
    {
        BackupEntry[] before = [Full(1, 10, 20), Slice(2, 20, 30), Full(3, 34, 40)];
        Timeline(before).Tips().Tips.Select(t => t.Covered).ShouldBe([Mark(30), Mark(40)]);
        Text(Timeline(before)).ShouldBe("20-30 full 1: 2 | 40-40 full 3:");
        var after = Timeline([.. before, Slice(4, 30, 40), Slice(5, 40, 50)]);
        Text(after).ShouldBe("20-50 full 1: 2 4 5");
        after.Tips().Tips.Select(t => t.Covered).ShouldBe([Mark(50)]);
        Path(after, RestorePoint.At(new(38, 1))).ShouldBe("1: 2 4");
        Path(after, RestorePoint.At(new(45, 1))).ShouldBe("3: 5");
    }

    [Fact]
    public void Full_backups_one_after_the_other_are_all_joined_where_the_oplog_has_it_and_those_before_the_last_slice_are_not()
    {
        BackupEntry[] before = [Full(1, 1, 2), Full(2, 3, 4), Slice(3, 4, 30), Full(4, 34, 40), Full(5, 44, 50), Full(6, 54, 60)];
        Tips(before).ShouldBe("30 40? 50? 60", "that slices went on to 30 was promised");
        Tips([.. before.Select(b => b.Type == BackupType.Incremental ? b with { IsProtected = true } : b)]).ShouldBe("30? 40? 50? 60");
        Text(Timeline([.. before, Slice(7, 30, 40), Slice(8, 40, 50), Slice(9, 50, 60)])).ShouldBe("2-2 full 1: | 4-60 full 2: 3 7 8 9");
        Tips([.. before, Slice(7, 30, 40), Slice(8, 40, 50), Slice(9, 50, 60)]).ShouldBe("60");
        Tips([Full(1, 10, 20), Full(2, 30, 40)]).ShouldBe("20? 40");
        Tips([Full(1, 10, 20), Slice(2, 20, 30), Full(3, 34, 40)]).ShouldBe("30 40");

        static string Tips(BackupEntry[] backups) => string.Join(' ', Timeline(backups).Tips().Tips.Select(t => $"{t.Covered.Optime.Seconds}{(t.IsOptional ? "?" : "")}"));
    }

    [Fact]
    public void A_full_backup_that_ends_inside_a_slice_is_joined_at_the_end_of_that_slice()
    {
        BackupEntry[] before = [Full(1, 10, 20), Full(3, 24, 40), Slice(2, 20, 50)];
        Timeline(before).Tips().Tips.Select(t => t.Covered).ShouldBe([Mark(40), Mark(50)]);
        Text(Timeline(before)).ShouldBe("20-50 full 1: 2");
        var after = Timeline([.. before, Slice(4, 40, 50), Slice(5, 50, 60)]);
        Path(after, RestorePoint.At(new(55, 1))).ShouldBe("3: 4 5");
        Path(after, RestorePoint.At(new(35, 1))).ShouldBe("1: 2");
    }

    [Fact]
    public void An_entry_that_was_lost_is_no_place_to_go_on()
    {
        BackupEntry[] chain = [Full(1, 10, 20), Slice(2, 20, 30)];
        var (tips, full) = Timeline(chain, gaps: [Lost(30)]).Tips();
        tips.ShouldBeEmpty();
        full.ShouldBe(Mark(20), "the full backup's own entry may still be there");
        Timeline(chain, gaps: [Lost(30), Lost(20)]).Tips().Full.ShouldBeNull();
        Timeline(chain, gaps: [Lost(30)]).Gaps.ShouldHaveSingleItem().Before.ShouldBeNull();
    }

    [Fact]
    public void A_slice_whose_end_was_rolled_back_is_no_part_of_the_history()
    {
        var timeline = Timeline([Full(1, 10, 20), Slice(2, 20, 30), Slice(3, 20, 28), Slice(4, 28, 40)], gaps: [Lost(30, OplogGapReason.RolledBack)]);
        Text(timeline).ShouldBe("20-40 full 1: 3 4");
        Path(timeline, RestorePoint.At(new(29, 1))).ShouldBe("1: 3 4");
    }

    private static OplogTimeline Timeline(BackupEntry[] backups, CoverageAdvanced[]? coverage = null, GapRecorded[]? gaps = null) => new(backups, coverage ?? [], gaps ?? []);

    private static DateTimeOffset At(int second) => DateTimeOffset.FromUnixTimeSeconds(second);

    private static ErrorKind Kind(OplogTimeline timeline, RestorePoint point) => Should.Throw<BackupException>(() => timeline.Find(point)).Kind;

    private static string Text(OplogTimeline timeline) =>
        string.Join(" | ", timeline.Windows.Select(w => $"{w.From.Seconds}-{w.To.Seconds} full {w.Full.Documents}:{string.Concat(w.Slices.Select(s => $" {s.Documents}"))}"));

    private static string Path(OplogTimeline timeline, RestorePoint point)
    {
        var path = timeline.Find(point);
        return $"{path.Full.Documents}:{string.Concat(path.Slices.Select(s => $" {s.Documents}"))}";
    }
}
