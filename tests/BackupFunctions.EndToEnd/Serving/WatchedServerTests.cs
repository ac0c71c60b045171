using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Dashboard;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Notifications.Receivers;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>WATCH_SCHEDULE in a Standalone host: who is told of what nobody started, and of its end, until the host ends.</summary>
public sealed class WatchedServerTests : IDisposable
{
    private readonly WebhookReceiver _web = new();
    private readonly SmtpReceiver _mail = new() { Password = "pa55word-of-the-mail" };

    public void Dispose()
    {
        _web.Dispose();
        _mail.Dispose();
    }

    [Fact]
    public async Task A_node_that_goes_and_comes_back_is_told_by_webhook_and_mail_also_when_they_were_down_meanwhile()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await ServedBackups.Write(mongo.ConnectionString, 0);
        await using var server = await RunningServer.Start(mongo.ConnectionString, settings =>
        {
            settings[SettingNames.WatchSchedule] = "* * * * * *";
            settings[SettingNames.WebhookUrl] = _web.Url.AbsoluteUri;
            settings[SettingNames.SmtpHost] = "127.0.0.1";
            settings[SettingNames.SmtpPort] = $"{_mail.Port}";
            settings[SettingNames.SmtpTls] = "none";
            settings[SettingNames.SmtpUser] = "ada";
            settings[SettingNames.SmtpPassword] = _mail.Password!;
            settings[SettingNames.SmtpFrom] = "backup@example.com";
            settings[SettingNames.SmtpTo] = "ops@example.com";
        });
        await server.Full();
        await Told("backup.completed:info");

        _web.Stop();
        _mail.Stop();
        var id = Path.Combine(server.Directory, "vault2", "id");
        var bytes = File.ReadAllBytes(id);
        File.Delete(id);
        await Until(() => Directory.Exists(server.Staging) && Directory.EnumerateFileSystemEntries(server.Staging, "alert-message-*").Any());
        _web.Start();
        _mail.Start();
        await Told("backup.completed:info node.unreachable:firing");

        File.WriteAllBytes(id, bytes);
        await Told("backup.completed:info node.unreachable:firing node.unreachable:resolved");
    }

    private async Task Told(string events)
    {
        await Until(() => _web.Told.Length >= events.Length && _mail.Mails.Count >= events.Split(' ').Length);
        _web.Told.ShouldBe(events);
        _mail.Mails.Count.ShouldBe(events.Split(' ').Length);
    }

    private static async Task Until(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (!isSo()) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
    }
}
