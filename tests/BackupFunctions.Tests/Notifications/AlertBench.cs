using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using BackupFunctions.Notifications.Channels;
using BackupFunctions.Notifications.Outbox;
using BackupFunctions.Staging;
using BackupFunctions.Telemetry;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Mongo;
using BackupFunctions.Tests.Notifications.Receivers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Notifications;

/// <summary>A dispatcher over a webhook and a mail server on loopback, and staging in a directory. Its clock stands still, and pauses between attempts take no time.</summary>
internal sealed class AlertBench : IDisposable
{
    public const string Password = "pa55word-of-the-mail";

    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _written = new();
    private readonly List<IDisposable> _owned = [];
    private readonly LoggerFactory _loggers = new();

    public AlertBench(FakeTimeProvider? time = null)
    {
        Time = time ?? new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        _loggers.AddProvider(new JsonLineLoggerProvider(_written, Time, Redactor, "test"));
        Dispatcher = Open();
    }

    public FakeTimeProvider Time { get; }

    public SecretRedactor Redactor { get; } = new();

    public WebhookReceiver Web { get; } = new();

    public SmtpReceiver Mail { get; } = new() { Password = Password };

    public AlertSettings Settings { get; set; } = new();

    public AlertDispatcher Dispatcher { get; private set; }

    /// <summary>What the webhook takes.</summary>
    public WebhookFormat Format { get; init; }

    /// <summary>Channels in place of the two on loopback.</summary>
    public IReadOnlyList<IAlertChannel>? Channels { get; set; }

    public IStaging? Staging { get; set; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All that was logged.</summary>
    public string Log => _written.ToString();

    public IReadOnlyList<string> Files => Directory.Exists(_directory.File("staging")) ? [.. Directory.GetFiles(_directory.File("staging"), "*", SearchOption.AllDirectories)] : [];

    public IReadOnlyList<string> Waiting => [.. Files.Where(f => f.Contains("alert-message-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public SmtpSetting Smtp => new("127.0.0.1", Mail.Port, SmtpTls.None, "ada", Password, "backup@example.com", ["ops@example.com", "Eve <eve@example.com>"]);

    /// <summary>Goes on as another process.</summary>
    public AlertDispatcher Open()
    {
        var time = new ImmediateTime();
        var web = new WebhookChannel(new(Web.Url, Format), time);
        _owned.Add(web);
        return Dispatcher = new(Settings, Channels ?? [web, new SmtpChannel(Smtp, time)], Staging ?? new DirectoryStaging(_directory.File("staging"), new DiskFiles()), Redactor, Time, _loggers.CreateLogger<AlertDispatcher>());
    }

    public Alert Alert(string name = "backup.failed", AlertLevel level = AlertLevel.Error, string message = "it broke", string? subject = null) =>
        new(level, name, message, Time.GetUtcNow(), new Dictionary<string, string> { ["hint"] = "mend it" }) { Subject = subject };

    public Task Notify(string name = "backup.failed", AlertLevel level = AlertLevel.Error, string message = "it broke", string? subject = null)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return Dispatcher.Notify(Alert(name, level, message, subject), Cancellation);
    }

    /// <summary>Both receivers are down.</summary>
    public void Down()
    {
        Web.Stop();
        Mail.Stop();
    }

    public void Up()
    {
        Web.Start();
        Mail.Start();
    }

    public void Dispose()
    {
        foreach (var owned in _owned) owned.Dispose();
        Web.Dispose();
        Mail.Dispose();
        _loggers.Dispose();
        _directory.Dispose();
    }
}
