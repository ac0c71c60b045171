using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using static BackupFunctions.Tests.Manifest.OplogEntries;

namespace BackupFunctions.Tests.Manifest;

/// <summary>Slices are begun at a minute of 1 January 2026; what is found is written as <c>1+2+3</c>, or <c>1+2 in 9</c> where 9 has it all.</summary>
public class SliceMergingTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Slices_of_an_hour_become_one_when_the_hour_is_over()
    {
        BackupEntry[] slices = [Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 20, 30)), Begun(59, Slice(3, 30, 40)), Begun(60, Slice(4, 40, 50)), Begun(61, Slice(5, 50, 60))];
        Find(slices, minute: 69).ShouldBe("");
        Find(slices, minute: 70).ShouldBe("1+2+3");
        Find(slices, minute: 130).ShouldBe("1+2+3, 4+5");
    }

    [Fact]
    public void What_hours_became_becomes_one_when_the_day_is_over()
    {
        BackupEntry[] slices = [Begun(5, Slice(1, 10, 40)), Begun(60, Slice(2, 40, 60)), Begun(23 * 60, Slice(3, 60, 70)), Begun(24 * 60, Slice(4, 70, 80))];
        Find(slices, minute: 24 * 60).ShouldBe("");
        Find(slices, minute: (24 * 60) + 10).ShouldBe("1+2+3");
    }

    [Fact]
    public void None_is_merged_across_the_end_of_a_full_backup()
    {
        Find([Full(9, 5, 20), Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 20, 30)), Begun(7, Slice(3, 30, 40))], minute: 100).ShouldBe("2+3");
    }

    [Fact]
    public void None_is_merged_across_a_gap_or_where_two_histories_part()
    {
        Find([Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 24, 30)), Begun(7, Slice(3, 30, 40))], minute: 100).ShouldBe("2+3");
        Find([Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 20, 30)), Begun(7, Slice(3, Mark(20), Mark(32, branch: 1)))], minute: 100).ShouldBe("");
        Find([Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 20, 30)), Begun(7, Slice(3, 30, 40))], minute: 100, gaps: [new(Mark(50), Mark(30), OplogGapReason.RolledBack, Day)]).ShouldBe("1+2");
    }

    [Fact]
    public void A_slice_that_a_node_lacks_that_is_protected_or_of_another_epoch_stays_as_it_is()
    {
        BackupEntry[] slices = [Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 20, 30)), Begun(7, Slice(3, 30, 40)), Begun(8, Slice(4, 40, 50))];
        foreach (var other in new[] { slices[1] with { Copies = [] }, slices[1] with { IsProtected = true }, slices[1] with { Epoch = 2 } })
            Find([slices[0], other, .. slices[2..]], minute: 100).ShouldBe("3+4");
    }

    [Fact]
    public void Slices_that_a_merged_one_has_remain_to_be_removed()
    {
        BackupEntry[] slices = [Begun(5, Slice(1, 10, 20)), Begun(6, Slice(2, 20, 30)), Begun(7, Slice(3, 30, 40)), Begun(8, Slice(4, 40, 50))];
        Find([.. slices, Slice(9, 10, 40)], minute: 9).ShouldBe("1+2+3 in 9");
        Find([.. slices, Slice(9, 10, 40) with { Copies = [] }], minute: 9).ShouldBe("");
        // what is protected needs those before it
        Find([slices[0], slices[1] with { IsProtected = true }, .. slices[2..], Slice(9, 10, 40)], minute: 9).ShouldBe("");
        // a full backup needs the second one to begin where it ends
        Find([.. slices, Slice(9, 10, 40), Full(8, 15, 20)], minute: 9).ShouldBe("");
    }

    [Fact]
    public void More_than_a_merge_takes_become_several()
    {
        var slices = Enumerable.Range(1, SliceMerging.MaxSlices + 2).Select(n => Begun(1, Slice(n, 2 * n, (2 * n) + 2)));
        Found([.. slices], 100).Select(g => g.Slices.Count).ShouldBe([SliceMerging.MaxSlices, 2]);
    }

    private static BackupEntry Begun(int minute, BackupEntry slice) => slice with { Started = Day.AddMinutes(minute) };

    private static IReadOnlyList<MergeableSlices> Found(IEnumerable<BackupEntry> backups, int minute, params IReadOnlyList<GapRecorded> gaps)
    {
        var state = new ManifestState();
        state.Load(new(1, backups.First().Root), new([.. backups], [], new([], gaps), [], [], new([], [], [])));
        return SliceMerging.Find(state, epoch: 1, Day.AddMinutes(minute));
    }

    private static string Find(IReadOnlyList<BackupEntry> backups, int minute, params IReadOnlyList<GapRecorded> gaps)
    {
        var numbers = backups.ToDictionary(b => b.Id, b => b.Documents);
        return string.Join(", ", Found(backups, minute, gaps).Select(g => string.Join('+', g.Slices.Select(s => numbers[s])) + (g.Merged is { } merged ? $" in {numbers[merged]}" : "")));
    }
}
