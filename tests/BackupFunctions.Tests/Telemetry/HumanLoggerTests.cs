using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Telemetry;

public class HumanLoggerTests
{
    [Fact]
    public void A_line_has_time_level_message_and_causes()
    {
        using var written = new StringWriter();
        using var provider = new HumanLoggerProvider(written, new FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 2, 0, 0, TimeSpan.Zero)), new SecretRedactor());
        var error = new BackupException(ErrorKind.Failed, "open block", inner: new IOException("disk gone, see mongodb://u:pw12@h"));
        provider.CreateLogger("any").LogWarning(error, "retry {Count}", 3);
        written.ToString().ShouldBe("02:00:00Z warn  retry 3: open block: disk gone, see mongodb://u:****@h" + Environment.NewLine);
    }

    [Fact]
    public void A_cause_that_the_message_tells_already_is_not_repeated() =>
        ErrorText.Of(new InvalidOperationException("open x: tag mismatch", new IOException("tag mismatch", new IOException("deep")))).ShouldBe("open x: tag mismatch: deep");

    [Fact]
    public void A_cause_of_many_lines_is_left_to_the_log() =>
        ErrorText.Of(new BackupException(ErrorKind.Failed, "connect to x: refused", inner: new TimeoutException("a view\n   at A.B()", new IOException("refused by peer"))))
            .ShouldBe("connect to x: refused by peer");

    [Fact]
    public void A_cause_that_says_the_end_of_the_message_and_more_takes_its_place() =>
        ErrorText.Of(new BackupException(ErrorKind.Failed, "identify x: Connection refused", inner: new IOException("Connection refused (127.0.0.1:1)"))).ShouldBe("identify x: Connection refused (127.0.0.1:1)");

    [Theory]
    [InlineData("open x:", "gone")]
    [InlineData("open x: ", "gone")]
    [InlineData("gone", "gone away")]
    public void A_cause_is_added_to_a_message_of_any_form(string message, string cause) => ErrorText.Of(new IOException(message, new IOException(cause))).ShouldBe($"{message}: {cause}");
}
