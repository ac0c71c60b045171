namespace BackupFunctions.Simulation.Years;

/// <summary>The first 300 days of years, or 10,000 of them; <c>--days</c> and <c>--seed</c> of this program choose others.</summary>
public sealed class YearsTests
{
    private const int Seed = 1;

    private static int Days => Extent.Of(300, 10_000);

    [Fact]
    public async Task Whatever_happens_in_years_every_listed_backup_and_every_point_restores_byte_by_byte()
    {
        await using var simulation = await YearsSimulation.Start(Seed);
        var violations = new List<string>();
        await simulation.Run(Days, step => violations.AddRange(step.Violations.Select(v => $"day {step.Day}, step {step.Step} ({step.What}): {v}; to see it again: --days {step.Day} --seed {Seed}")),
            TestContext.Current.CancellationToken);
        violations.ShouldBeEmpty();
        simulation.Totals.Days.ShouldBe(Days);
        simulation.Totals.Restored.ShouldBeGreaterThan(Days);
    }
}
