using BackupFunctions.Scheduling;

namespace BackupFunctions.Tests.Scheduling;

public sealed class LongestPauseTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0 2 * * *", 24)]
    [InlineData("0 * * * *", 1)]
    [InlineData("0 2 * * 1-5", 72)]
    [InlineData("0 8,20 * * *", 12)]
    public void It_is_the_longest_time_without_a_backup(string schedule, int hours) => Schedule.Parse(schedule).LongestPause(Monday).ShouldBe(TimeSpan.FromHours(hours));

    [Fact]
    public void A_schedule_that_never_comes_has_none() => Schedule.Parse("0 0 30 2 *").LongestPause(Monday).ShouldBeNull();
}
