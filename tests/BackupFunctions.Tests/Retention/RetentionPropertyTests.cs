using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Retention;
using CsCheck;
using static BackupFunctions.Tests.Manifest.OplogEntries;

namespace BackupFunctions.Tests.Retention;

/// <summary>What holds of every plan, over random histories of an hour to a day, where a second of oplog stands for an hour.</summary>
public class RetentionPropertyTests
{
    private const int Entries = 24, HoursPerEntry = 12;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<RetentionPolicy> Policies =
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2]).Select(p => new RetentionPolicy(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5)).Where(p => !p.IsEmpty);

    // from, length, and what is odd about it
    private static readonly Gen<(int At, int Length, int Odd)[]> Stretches = Gen.Select(Gen.Int[0, Entries - 1], Gen.Int[0, 5], Gen.Int[0, 19]).Array[0, 10];

    private static readonly Gen<(ManifestState State, DateTimeOffset Now)> Histories =
        Gen.Select(Stretches, Stretches, Gen.Int[0, Entries].Array[0, 3], Gen.Int[0, (Entries * HoursPerEntry) + 400]).Select(s => (Make(s.Item1, s.Item2, s.Item3), Start.AddHours(s.Item4)));

    [Fact]
    public void Every_point_within_the_days_that_could_be_restored_still_can() =>
        Gen.Select(Histories, Policies).Sample((history, policy) =>
        {
            var plan = Plan(history, policy);
            var (before, after) = (OplogTimeline.Of(history.State), OplogTimeline.Of(Without(history.State, plan)));
            if (plan.Since is not { } since) return;
            for (var entry = 0; entry <= Entries; entry++)
            {
                if (At(entry) < since) continue;
                var exact = RestorePoint.At(Mark(SecondOf(entry)).Optime);
                if (Reaches(before, exact)) Reaches(after, exact).ShouldBeTrue($"{exact} with {policy}");
                var moment = RestorePoint.EndOf(At(entry).AddHours(1));
                if (Reaches(before, moment)) Reaches(after, moment).ShouldBeTrue($"{moment} with {policy}");
            }
        });

    [Fact]
    public void The_newest_point_and_every_kept_full_backup_can_be_restored_afterwards() =>
        Gen.Select(Histories, Policies).Sample((history, policy) =>
        {
            var plan = Plan(history, policy);
            var (before, after) = (OplogTimeline.Of(history.State), OplogTimeline.Of(Without(history.State, plan)));
            if (before.Windows.Count > 0) after.Windows.Max(w => w.To).ShouldBe(before.Windows.Max(w => w.To));
            foreach (var full in plan.Items.Where(i => i.Keep && i.Backup.ConsistentAt is not null).Select(i => i.Backup))
                after.Find(RestorePoint.At(full.ConsistentAt!), full).Full.Id.ShouldBe(full.Id);
            if (history.State.Latest(BackupType.Full) is not null) plan.Items.ShouldContain(i => i.Keep && i.Backup.Type == BackupType.Full);
        });

    [Fact]
    public void Protected_slices_can_be_restored_afterwards() =>
        Gen.Select(Histories, Policies).Sample((history, policy) =>
        {
            var (before, after) = (OplogTimeline.Of(history.State), OplogTimeline.Of(Without(history.State, Plan(history, policy))));
            foreach (var slice in history.State.Backups.Where(b => b is { IsProtected: true, Type: BackupType.Incremental }))
            {
                if (before.Chains.Any(c => c.Reaches(slice.Oplog!.After))) Reaches(after, RestorePoint.At(slice.Oplog!.Through.Optime)).ShouldBeTrue();
            }
        });

    [Fact]
    public void A_plan_that_was_carried_out_removes_nothing_more() =>
        Gen.Select(Histories, Policies).Sample((history, policy) =>
        {
            var left = Without(history.State, Plan(history, policy));
            Plan((left, history.Now), policy).Removed.Select(i => $"{i.Backup.Id} {i.Backup.Type}: {i.Reasons[0]}").ShouldBeEmpty();
        });

    [Fact]
    public void More_of_a_rule_never_removes_more() =>
        Gen.Select(Histories, Policies, Policies).Sample((history, policy, more) =>
        {
            var wider = new RetentionPolicy(policy.Days + more.Days, policy.Last + more.Last, policy.Daily + more.Daily, policy.Weekly + more.Weekly, policy.Monthly + more.Monthly);
            Plan(history, wider).Removed.Select(i => i.Backup.Id).Except(Plan(history, policy).Removed.Select(i => i.Backup.Id)).ShouldBeEmpty();
        });

    [Fact]
    public void Where_the_next_slice_begins_is_not_changed_by_what_goes() =>
        Gen.Select(Histories, Policies).Sample((history, policy) =>
        {
            var (before, after) = (OplogTimeline.Of(history.State), OplogTimeline.Of(Without(history.State, Plan(history, policy))).Tips());
            if (before.Chains.MaxBy(c => c.Full.Oplog!.Through.Optime) is not { } newest) return;
            after.Full.ShouldBe(before.Tips().Full);
            after.Tips.Select(t => t.Covered).ShouldContain(newest.Tip);
        });

    private static RetentionPlan Plan((ManifestState State, DateTimeOffset Now) history, RetentionPolicy policy) => RetentionPlanner.Plan(history.State, policy, history.Now, StagedNeeds.None);

    private static ManifestState Make((int At, int Length, int Odd)[] fulls, (int At, int Length, int Odd)[] slices, int[] covered)
    {
        BackupEntry[] backups =
        [
            .. fulls.Select((f, i) => Odd(Full(i + 1, SecondOf(f.At), SecondOf(f.At + f.Length), SecondOf(f.At + Math.Min(1, f.Length))) with { Started = At(f.At) }, f.Odd)),
            .. slices.Where(s => s.Length > 0).Select((s, i) => Odd(Slice(100 + i, SecondOf(s.At), SecondOf(s.At + s.Length)) with { Started = At(s.At + s.Length) }, s.Odd)),
        ];
        List<ManifestChange> changes = [.. backups.Select(b => new BackupRecorded(b)), .. covered.Select(c => Covered(SecondOf(c), SecondOf(c + 2)))];
        return Applied([changes]);
    }

    private static BackupEntry Odd(BackupEntry backup, int odd) => odd switch
    {
        0 => backup with { IsProtected = true },
        1 or 2 => backup with { Copies = [backup.Copies[0]] },
        3 => backup with { Started = backup.Started.AddDays(300) },
        _ => backup,
    };

    private static ManifestState Without(ManifestState state, RetentionPlan plan) => Applied(
        [[.. state.Backups.Select(b => new BackupRecorded(b)), .. state.Coverage], [.. plan.Removed.Select(i => new BackupRemoved(i.Backup.Id, Start, i.Reasons[0]))]]);

    private static ManifestState Applied(IReadOnlyList<IReadOnlyList<ManifestChange>> revisions)
    {
        var state = new ManifestState();
        foreach (var changes in revisions)
            state.Apply(new(ManifestRevision.CurrentFormat, default, state.Revision + 1, state.Head, Start, null, changes), Cid.Raw(BitConverter.GetBytes(state.Revision)));
        return state;
    }

    private static int SecondOf(int entry) => (int)At(entry).ToUnixTimeSeconds();

    private static DateTimeOffset At(int entry) => Start.AddHours(entry * HoursPerEntry);

    private static bool Reaches(OplogTimeline timeline, RestorePoint point)
    {
        try
        {
            timeline.Find(point);
            return true;
        }
        catch (BackupException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.OplogGap)
        {
            return false;
        }
    }
}
