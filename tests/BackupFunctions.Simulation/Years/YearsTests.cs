namespace BackupFunctions.Simulation.Years;

/// <summary>The first days of years; <c>--days 10000</c> goes on.</summary>
public sealed class YearsTests
{
    private const int Days = 300, Seed = 1;

    [Fact]
    public async Task Whatever_happens_in_300_days_every_listed_backup_and_every_point_restores_byte_by_byte()
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
