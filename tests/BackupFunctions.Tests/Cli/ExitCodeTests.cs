using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Cli;

public class ExitCodeTests
{
    [Fact]
    public void Every_kind_has_its_exit_code()
    {
        var codes = Enum.GetValues<ErrorKind>().ToDictionary(k => k, ExitCodes.Of);
        codes.ShouldBe(new Dictionary<ErrorKind, int>
        {
            [ErrorKind.Failed] = 1,
            [ErrorKind.Configuration] = 2,
            [ErrorKind.Partial] = 3,
            [ErrorKind.NotFound] = 10,
            [ErrorKind.Locked] = 11,
            [ErrorKind.WrongKey] = 12,
            [ErrorKind.Corrupt] = 13,
            [ErrorKind.OplogGap] = 14,
            [ErrorKind.Conflict] = 1,
        }, ignoreOrder: true);
    }

    [Fact]
    public void A_kind_is_found_in_whatever_carries_it()
    {
        ExitCodes.Classify(new BackupException(ErrorKind.Locked, "x", "wait")).ShouldBe((ErrorKind.Locked, "wait"));
        ExitCodes.Classify(new ActivityFailedException("Plan", ErrorKind.OplogGap, "x", "full")).ShouldBe((ErrorKind.OplogGap, "full"));
        ExitCodes.Classify(new AggregateException(new BackupException(ErrorKind.Corrupt, "x"))).ShouldBe((ErrorKind.Corrupt, null));
        ExitCodes.Classify(new IOException("x")).ShouldBe((ErrorKind.Failed, null));
    }

    [Fact]
    public async Task Cancelling_ends_with_130()
    {
        using var cancellation = new CancellationTokenSource();
        var engine = new FakeEngine
        {
            During = async _ =>
            {
                await cancellation.CancelAsync();
                cancellation.Token.ThrowIfCancellationRequested();
            },
        };
        var run = await CliRun.Of(["backup"], engine, cancellationToken: cancellation.Token);
        (run.ExitCode, run.Out, run.Error).ShouldBe((130, "", "error: cancelled\nhint: run it again: it goes on, or begins anew\n"));
    }

    [Fact]
    public async Task An_operation_that_cancels_itself_is_a_failure() =>
        (await CliRun.Of(["backup"], new FakeEngine { Failure = new OperationCanceledException("timed out") })).ExitCode.ShouldBe(1);
}
