using BackupFunctions.Ambient;
using BackupFunctions.Diagnosis;
using BackupFunctions.Notifications;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.EndToEnd.Engine;

/// <summary>Clocks that differ are found by doctor.</summary>
public sealed class ClockTests(EngineServer server) : IClassFixture<EngineServer>
{
    [Theory]
    [InlineData(0, Severity.Ok, "agree")]
    [InlineData(10, Severity.Warning, "behind this machine's")]
    [InlineData(-10, Severity.Warning, "ahead of this machine's")]
    public async Task A_clock_that_is_off_by_minutes_is_a_warning_with_what_to_do(int minutes, Severity severity, string text)
    {
        using var run = new EngineRun(server);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(minutes));
        var ambient = new EngineAmbient(time, new SystemRandomSource(), new DiskFiles(), new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance);
        var clock = (await Doctor.Examine(run.Engine, ambient, EngineRun.Cancellation)).Single(f => f.Check == "clock");
        (clock.Severity, clock.Hint is null).ShouldBe((severity, severity == Severity.Ok));
        clock.Message.ShouldContain(text);
    }
}
