using BackupFunctions.Mongo;
using BackupFunctions.Manifest;

namespace BackupFunctions.Tests.Manifest;

public sealed class RestorePointTextTests
{
    [Theory]
    [InlineData("2026-11-22T14:03:07Z", 1795356187u)]
    [InlineData("2026-11-22T15:03:07+01:00", 1795356187u)]
    [InlineData("2026-11-22 14:03:07Z", 1795356187u)]
    [InlineData("2026-11-22T14:03Z", 1795356180u)]
    public void A_time_means_the_end_of_its_second(string text, uint seconds) =>
        RestorePoint.Parse(text, "--at").Latest.ShouldBe(new Optime(seconds, uint.MaxValue));

    [Fact]
    public void An_optime_means_that_entry() => RestorePoint.Parse("1795356187:3", "--at").Latest.ShouldBe(new Optime(1795356187, 3));

    [Theory]
    [InlineData("2026-11-22T14:03:07Z")]
    [InlineData("1795356187:3")]
    public void It_is_written_as_it_is_read(string text) => RestorePoint.Parse(text, "--at").ToString().ShouldBe(text);

    [Theory]
    [InlineData("2026-11-22T20:30:17", "its time zone is missing", "--at 2026-11-22T20:30:17Z")]
    [InlineData("2026-11-22 20:30:17", "its time zone is missing", "--at 2026-11-22 20:30:17Z")]
    [InlineData("2026-11-22T20:30", "its time zone is missing", "--at 2026-11-22T20:30Z")]
    [InlineData("2026-11-22", "it is a whole day", "--at 2026-11-22T14:03:07Z")]
    public void A_time_without_a_zone_and_a_day_are_refused_with_what_they_lack(string text, string fault, string example)
    {
        var error = Should.Throw<BackupException>(() => RestorePoint.Parse(text, "--at"));
        (error.Kind, error.Message).ShouldBe((ErrorKind.Configuration, $"read --at '{text}': {fault}"));
        error.Hint!.ShouldContain($"give UTC as {example},");
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2026-13-22T14:03:07Z")]
    [InlineData("1795356187")]
    [InlineData("1795356187:-3")]
    [InlineData("1795356187:4294967296")]
    public void Anything_else_is_refused_with_an_example(string text)
    {
        var error = Should.Throw<BackupException>(() => RestorePoint.Parse(text, "--at"));
        (error.Kind, error.Hint!.Contains("--at 2026-11-22T14:03:07Z", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
    }
}
