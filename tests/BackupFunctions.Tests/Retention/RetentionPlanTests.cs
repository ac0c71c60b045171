using System.Globalization;
using System.Text.RegularExpressions;
using BackupFunctions.Ipfs;
using BackupFunctions.Retention;

namespace BackupFunctions.Tests.Retention;

public partial class RetentionPlanTests
{
    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    private static IReadOnlyList<RetentionCase> Cases => [.. KeepRuleCases.All, .. ChainCases.All, .. OddCases.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_backup_stays_or_goes_for_its_reasons(string name)
    {
        var row = Cases.Single(c => c.Name == name);
        var history = new History(row.History);
        var plan = RetentionPlanner.Plan(history.State, Policy(row.Rules), History.Time(row.Now), StagedNeeds.None);
        string.Join(" | ", plan.Items.Select(i => $"{history.NameOf(i.Backup.Id)} {(i.Keep ? "" : "-")}{string.Join(',', i.Reasons.Select(r => Word(history.WithNames(r))))}")).ShouldBe(row.Expected);
    }

    [Theory]
    [InlineData("days=30")]
    [InlineData("last=1")]
    [InlineData("yearly=1")]
    public void What_slices_were_merged_into_stands_for_none_of_them_while_it_waits_in_staging(string rules)
    {
        var history = new History("A=full@2026-02-01 a=slice@2026-02-01..2026-02-05 b=slice@2026-02-05..2026-02-10 c=slice@2026-02-10..2026-02-18");
        var merged = new History("m=slice@2026-02-01..2026-02-10")["m"];
        var plan = RetentionPlanner.Plan(history.State, Policy(rules), History.Time("2026-02-18"), new([merged], new HashSet<Cid>()));
        plan.Removed.ShouldBeEmpty();
    }

    [Fact]
    public void There_are_at_least_sixty_rows_with_names_of_their_own()
    {
        Cases.Count.ShouldBeGreaterThanOrEqualTo(60);
        Cases.Select(c => c.Name).ShouldBeUnique();
    }

    [Fact]
    public void Reasons_are_sentences_for_people()
    {
        var history = new History("A=full@2026-01-04 B=full@2026-03-01 a=slice@2026-01-04..2026-03-01");
        var plan = RetentionPlanner.Plan(history.State, new(Days: 7, Monthly: 2), History.Time("2026-03-02"), StagedNeeds.None);
        plan.Items.SelectMany(i => i.Reasons.Select(r => $"{history.NameOf(i.Backup.Id)}: {history.WithNames(r)}")).ShouldBe(
        [
            "A: monthly 2026-01", "A: newest before the last 7 days", "A: leads to points within 7 days",
            "a: leads to points within 7 days",
            "B: within 7 days", "B: newest full backup", "B: leads to the newest point", "B: monthly 2026-03",
        ], ignoreOrder: true);
    }

    [Theory]
    [InlineData("days=0")]
    [InlineData("days=-1")]
    public void A_policy_that_keeps_nothing_is_refused(string rules)
    {
        var history = new History("A=full@2026-01-04");
        Should.Throw<BackupException>(() => RetentionPlanner.Plan(history.State, Policy(rules), History.Time("2026-03-02"), StagedNeeds.None)).Kind.ShouldBe(ErrorKind.Configuration);
    }

    [Fact]
    public void What_a_run_builds_on_and_what_waits_in_staging_continues_stay()
    {
        var history = new History("A=full@2026-01-04 a=slice@2026-01-04..2026-01-05 B=full@2026-02-01 C=full@2026-03-01");
        var staged = new History("s=slice@2026-01-05..2026-01-06")["s"];
        var plan = RetentionPlanner.Plan(history.State, new(Days: 0, Last: 1), History.Time("2026-03-02"), new([staged], new HashSet<Cid> { history["B"].Root }));
        plan.Items.Select(i => $"{history.NameOf(i.Backup.Id)} {i.Reasons[0]}").ShouldBe(
            ["A a backup in staging continues it", "a a backup in staging continues it", "B a backup that is under way builds on it", "C newest full backup"]);
    }

    internal static RetentionPolicy Policy(string rules)
    {
        var values = rules.Split(' ').Select(r => r.Split('=')).ToDictionary(r => r[0], r => int.Parse(r[1], CultureInfo.InvariantCulture));
        return new(Value("days"), Value("last"), Value("daily"), Value("weekly"), Value("monthly"), Value("yearly"));

        int Value(string rule) => values.GetValueOrDefault(rule);
    }

    private static string Word(string reason)
    {
        if (RetentionCase.Words.FirstOrDefault(w => w.Sentence == reason).Word is { } word) return word;
        if (Regex.IsMatch(reason, "^within [0-9]+ days$", RegexOptions.CultureInvariant)) return "days";
        if (Regex.IsMatch(reason, "^leads to points within [0-9]+ days$", RegexOptions.CultureInvariant)) return "points";
        if (Regex.IsMatch(reason, "^newest before the last [0-9]+ days$", RegexOptions.CultureInvariant)) return "edge";
        if (Regex.IsMatch(reason, "^within [0-9]+ days, though no full backup leads to it$", RegexOptions.CultureInvariant)) return "alone";
        if (Snapshot().Match(reason) is { Success: true } snapshot) return $"snapshot {snapshot.Groups[1].Value}";
        return Needed().Match(reason) is { Success: true } needed ? $"needed by {needed.Groups[1].Value}" : reason;
    }

    [GeneratedRegex("^full backup (.+) before it is kept as a snapshot, and no rule keeps the points behind it$")]
    private static partial Regex Snapshot();

    [GeneratedRegex("^backup (.+), which is kept, needs it$")]
    private static partial Regex Needed();
}
