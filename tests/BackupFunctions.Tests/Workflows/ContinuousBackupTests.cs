using BackupFunctions.Tests.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows;

public class ContinuousBackupTests
{
    private static readonly IncrementalBackupResult Result = new([], null, [], null, []);

    [Fact]
    public async Task A_round_that_fails_is_told_and_repeated_after_a_pause_that_doubles_until_one_succeeds()
    {
        var (pauses, succeeded) = await Run(12, round => round is 0 or 11 ? null : new ActivityFailedException("CaptureOplog", ErrorKind.Failed, "no member answers"));
        pauses.ShouldBe([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        succeeded.ShouldBe(2);
    }

    [Theory]
    [InlineData(ErrorKind.Configuration)]
    [InlineData(ErrorKind.WrongKey)]
    public async Task What_a_retry_cannot_change_ends_it_at_the_start_and_only_there(ErrorKind kind)
    {
        var failure = new ActivityFailedException("PlanIncremental", kind, "wrong");
        (await Should.ThrowAsync<ActivityFailedException>(() => Run(3, _ => failure))).ShouldBeSameAs(failure);
        (await Run(3, round => round == 1 ? failure : null)).Succeeded.ShouldBe(2);
    }

    // so many rounds, then it is stopped as by a signal
    private static async Task<(List<double> Pauses, int Succeeded)> Run(int rounds, Func<int, Exception?> fails)
    {
        var (pauses, succeeded, round) = (new List<double>(), 0, 0);
        using var stop = new CancellationTokenSource();
        var run = ContinuousBackup.Run(_ =>
        {
            if (round == rounds) stop.Cancel();
            stop.Token.ThrowIfCancellationRequested();
            return fails(round++) is { } failure ? Task.FromException<IncrementalBackupResult>(failure) : Task.FromResult(Result);
        }, new ImmediateTime(), _ => succeeded++, failed => pauses.Add(failed.Pause.TotalSeconds), stop.Token);
        try
        {
            await run;
        }
        catch (OperationCanceledException)
        {
            stop.IsCancellationRequested.ShouldBeTrue();
        }
        return (pauses, succeeded);
    }
}
