using BackupFunctions.Manifest;
using BackupFunctions.Retention;

namespace BackupFunctions.Tests.Retention;

public class BackupRemovalTests
{
    private const string Joined = "A=full@2026-02-01 a=slice@2026-02-01..2026-02-08 B=full@2026-02-08 b=slice@2026-02-08..2026-02-10 c=slice@2026-02-10..2026-02-12";

    [Theory]
    [InlineData(Joined, "A", "A a")]
    [InlineData(Joined, "B", "B")]
    [InlineData(Joined, "a", "a")]
    [InlineData(Joined, "b", "b c")]
    [InlineData(Joined, "c", "c")]
    [InlineData("A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 cover@2026-02-05..2026-02-06 b=slice@2026-02-06..2026-02-08 B=full@2026-02-09", "a", "a b")]
    [InlineData("A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 b=slice@2026-02-05..2026-02-08 rollback@2026-02-08>2026-02-01 c=slice@2026-02-01..2026-02-18/1", "c", "c a")]
    public void What_depends_on_a_backup_goes_with_it(string text, string named, string removed)
    {
        var history = new History(text);
        var before = OplogTimeline.Of(history.State).Windows;
        var plan = BackupRemoval.Plan(history.State, history[named], force: true);
        plan.Select(b => history.NameOf(b.Id)).ShouldBe(removed.Split(' '), ignoreOrder: true);
        history.NameOf(plan[0].Id).ShouldBe(named);
        history.Apply([.. plan.Select(b => new BackupRemoved(b.Id, default, "asked for"))]);
        OplogTimeline.Of(history.State).Windows.ShouldAllBe(w => before.Any(b => b.From <= w.From && w.To <= b.To));
    }

    [Theory]
    [InlineData("A=full@2026-02-01", "A", "last full backup")]
    [InlineData("A=full@2026-02-01~ B=full@2026-02-02", "B", "last full backup that can be restored from every node")]
    [InlineData("A=full@2026-02-01! B=full@2026-02-02", "A", "it is protected")]
    [InlineData("A=full@2026-02-01 a=slice@2026-02-01..2026-02-03! B=full@2026-02-02", "A", "which needs it, is protected")]
    public void What_is_probably_not_meant_is_refused_unless_it_is_forced(string text, string named, string because)
    {
        var history = new History(text);
        Should.Throw<BackupException>(() => BackupRemoval.Plan(history.State, history[named], force: false)).Message.ShouldContain(because);
        BackupRemoval.Plan(history.State, history[named], force: true).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_degraded_backup_can_be_removed_beside_another_and_a_slice_at_any_time()
    {
        var history = new History("A=full@2026-02-01~ B=full@2026-02-02~ b=slice@2026-02-02..2026-02-03");
        BackupRemoval.Plan(history.State, history["A"], force: false).ShouldHaveSingleItem();
        BackupRemoval.Plan(history.State, history["b"], force: false).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_stretch_that_held_nothing_is_forgotten_with_what_it_continued()
    {
        var history = new History("A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 cover@2026-02-05..2026-02-06 cover@2026-02-06..2026-02-07 B=full@2026-02-09 cover@2026-02-09..2026-02-10");
        history.Apply([new BackupRemoved(history["A"].Id, default, "rule"), new BackupRemoved(history["a"].Id, default, "rule")]);
        history.State.Coverage.ShouldHaveSingleItem().After.ShouldBe(history["B"].Oplog!.Through);
        OplogTimeline.Of(history.State).Tips().Tips.ShouldHaveSingleItem().Continues.ShouldBe(history["B"].Oplog!.Through);
    }
}
