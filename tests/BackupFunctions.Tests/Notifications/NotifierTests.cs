using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Tests.Notifications;

public sealed class NotifierTests : IDisposable
{
    private static readonly Alert Degraded = new(AlertLevel.Warning, "backup.degraded", "one node alone holds it", DateTimeOffset.UnixEpoch, new Dictionary<string, string> { ["root"] = "bafy", ["node"] = "2" });
    private readonly StringWriter _written = new();
    private readonly JsonLineLoggerProvider _provider;

    public NotifierTests()
    {
        _provider = new(_written, TimeProvider.System, new SecretRedactor(), "test");
        _provider.SetScopeProvider(new LoggerExternalScopeProvider());
    }

    public void Dispose() => _provider.Dispose();

    [Theory]
    [InlineData(AlertLevel.Info, "INFO", "success")]
    [InlineData(AlertLevel.Warning, "WARN", "warning")]
    [InlineData(AlertLevel.Error, "ERROR", "failed")]
    public async Task An_alert_becomes_a_log_line_of_its_level(AlertLevel level, string expected, string status)
    {
        await new LogNotifier(Logger<LogNotifier>()).Notify(Degraded with { Level = level }, CancellationToken.None);
        _written.ToString().ShouldContain($"\"level\":\"{expected}\",\"service\":\"test\",\"type\":\"backup.degraded\",\"status\":\"{status}\",\"cid\":\"bafy\",\"message\":\"backup.degraded: one node alone holds it node=2 root=bafy\"");
    }

    [Fact]
    public async Task What_is_told_of_a_backup_is_in_the_fields_of_its_line()
    {
        var completed = Degraded with { Details = new Dictionary<string, string> { ["root"] = "bafy", ["backupId"] = "b1", ["size"] = "4096", ["duration"] = "1.500" } };
        await new LogNotifier(Logger<LogNotifier>()).Notify(completed, CancellationToken.None);
        _written.ToString().ShouldContain("\"status\":\"warning\",\"duration\":1.5,\"size\":4096,\"cid\":\"bafy\",");
        _written.ToString().ShouldContain("\"backupId\":\"b1\"");
    }

    [Fact]
    public async Task A_receiver_that_throws_is_logged_and_the_others_still_hear()
    {
        var heard = new Recorder();
        await new CompositeNotifier([new Broken(), heard], Logger<CompositeNotifier>()).Notify(Degraded, CancellationToken.None);
        heard.Alerts.ShouldBe([Degraded]);
        _written.ToString().ShouldContain("\"level\":\"ERROR\"");
        _written.ToString().ShouldContain("deliver alert backup.degraded by Broken: failed");
    }

    [Fact]
    public async Task Cancelling_is_not_a_failed_delivery()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => new CompositeNotifier([new LogNotifier(Logger<LogNotifier>())], Logger<CompositeNotifier>()).Notify(Degraded, cancelled.Token));
        _written.ToString().ShouldBeEmpty();
    }

    private TypedLogger<T> Logger<T>() => new(_provider.CreateLogger(typeof(T).Name));

    private sealed class Recorder : INotifier
    {
        public List<Alert> Alerts { get; } = [];

        public Task Notify(Alert alert, CancellationToken cancellationToken)
        {
            Alerts.Add(alert);
            return Task.CompletedTask;
        }
    }

    private sealed class Broken : INotifier
    {
        public Task Notify(Alert alert, CancellationToken cancellationToken) => throw new InvalidOperationException("receiver is down");
    }

    private sealed class TypedLogger<T>(ILogger logger) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logger.Log(logLevel, eventId, state, exception, formatter);
    }
}
