namespace BackupFunctions.Functions.Tests;

public class ActivityFailureTests
{
    private static readonly Exception s_cause = new InvalidOperationException();

    [Fact]
    public void A_failure_is_one_line_whatever_it_says()
    {
        var text = ActivityFailure.ToThrow(new BackupException(ErrorKind.Failed, "first\r\nsecond\u2028third — fourth")).Message;
        text.ShouldAllBe(c => c >= ' ' && c <= '~');
        ActivityFailure.Read("Plan", text, s_cause).Reason.ShouldBe("first\r\nsecond\u2028third — fourth");
    }

    [Theory]
    [InlineData("Exception: System.InvalidOperationException: {0}")]
    [InlineData("{0}\n   at somewhere in some.cs:line 3")]
    [InlineData("Task 'Plan' (#4) failed with an unhandled exception: {0} ---> {{ \"other\": 1 }}")]
    public void What_a_host_writes_around_it_is_ignored(string around)
    {
        var text = ActivityFailure.ToThrow(new BackupException(ErrorKind.Locked, "take the lock", "wait")).Message;
        var failure = ActivityFailure.Read("TakeLock", string.Format(System.Globalization.CultureInfo.InvariantCulture, around, text), s_cause);
        (failure.Kind, failure.Reason, failure.Hint, failure.InnerException).ShouldBe((ErrorKind.Locked, "take the lock", "wait", s_cause));
    }

    [Theory]
    [InlineData("The worker process has exited")]
    [InlineData("{\"backupFailure\":{\"kind\":\"locked\",\"rea")]
    [InlineData("{\"backupFailure\":{\"kind\":\"no such kind\",\"reason\":\"x\",\"hint\":null}}")]
    public void A_message_without_it_is_the_reason(string message)
    {
        var failure = ActivityFailure.Read("Plan", message, s_cause);
        (failure.Kind, failure.Reason, failure.Hint).ShouldBe((ErrorKind.Failed, message, null));
    }

    [Fact]
    public void An_error_that_was_not_expected_keeps_its_causes()
    {
        var text = ActivityFailure.ToThrow(new IOException("write segment 3", new IOException("no space left"))).Message;
        ActivityFailure.Read("DumpAndEncrypt", text, s_cause).Reason.ShouldBe("write segment 3: no space left");
    }
}
