using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Ipfs;

namespace BackupFunctions.Tests.Configuration;

/// <summary>Who is told, as settings have it.</summary>
public sealed class AlertSettingTests : IDisposable
{
    private const string Hook = "https://hooks.slack.com/services/T0001/B0002/s3cret-of-the-hook";
    private static readonly string[] Mail = ["SMTP_HOST=mail.example.com", "SMTP_FROM=backup@example.com", "SMTP_TO=ops@example.com, Eve <eve@example.com>"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_a_setting_nobody_is_told()
    {
        var alerts = Load().Alerts;
        (alerts.Webhook, alerts.Smtp, alerts.Level, alerts.Repeat, alerts.PerHour).ShouldBe((null, null, AlertLevel.Info, TimeSpan.FromHours(12), 30));
    }

    [Theory]
    [InlineData(Hook, null, WebhookFormat.Slack)]
    [InlineData("https://example.webhook.office.com/webhookb2/x", null, WebhookFormat.Teams)]
    [InlineData("https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y", null, WebhookFormat.Teams)]
    [InlineData("https://alerts.example.com/hook", null, WebhookFormat.Generic)]
    [InlineData("https://chat.example.com/hooks/x", "slack", WebhookFormat.Slack)]
    [InlineData(Hook, "GENERIC", WebhookFormat.Generic)]
    public void The_format_is_that_of_the_host_unless_it_is_set(string url, string? format, WebhookFormat expected) =>
        Load([$"WEBHOOK_URL={url}", $"WEBHOOK_FORMAT={format}"]).Alerts.Webhook.ShouldNotBeNull().Format.ShouldBe(expected);

    [Theory]
    [InlineData("", 587, SmtpTls.StartTls)]
    [InlineData("465", 465, SmtpTls.Tls)]
    [InlineData("25", 25, SmtpTls.StartTls)]
    public void The_port_says_how_the_mail_server_is_spoken_to(string port, int expected, SmtpTls tls)
    {
        var smtp = Load([.. Mail, $"SMTP_PORT={port}"]).Alerts.Smtp.ShouldNotBeNull();
        (smtp.Port, smtp.Tls, smtp.To.Count).ShouldBe((expected, tls, 2));
    }

    [Fact]
    public void Secrets_come_from_files_too_and_are_known_as_such()
    {
        File.WriteAllText(_directory.File("hook"), $"{Hook}\n");
        File.WriteAllText(_directory.File("password"), "pa55word-in-a-file\n");
        var options = Load([.. Mail, $"WEBHOOK_URL_FILE={_directory.File("hook")}", "SMTP_USER=ada", $"SMTP_PASSWORD_FILE={_directory.File("password")}"]);
        (options.Alerts.Webhook!.Url.AbsoluteUri, options.Alerts.Smtp!.Password).ShouldBe((Hook, "pa55word-in-a-file"));
        options.Redactor.Redact($"post to {Hook}: /services/T0001/B0002/s3cret-of-the-hook, pa55word-in-a-file").ShouldBe("post to ****: ****, ****");
    }

    [Fact]
    public void No_text_form_has_a_secret()
    {
        var alerts = Load([.. Mail, $"WEBHOOK_URL={Hook}", "SMTP_USER=ada", "SMTP_PASSWORD=pa55word-of-the-mail"]).Alerts;
        foreach (var text in new[] { $"{alerts}", $"{alerts.Webhook}", $"{alerts.Smtp}" })
        {
            text.ShouldNotContain("s3cret");
            text.ShouldNotContain("pa55word");
        }
        ResolvedSetting.All(TestSettings.Source([$"WEBHOOK_URL={Hook}", "SMTP_PASSWORD=pa55word-of-the-mail"])).Where(s => s.Name is "WEBHOOK_URL" or "SMTP_PASSWORD").ShouldAllBe(s => s.Value == "****");
    }

    [Theory]
    [InlineData("WEBHOOK_URL=hooks.example.com/s3cret", "WEBHOOK_URL is no address")]
    [InlineData("WEBHOOK_FORMAT=discord", "WEBHOOK_FORMAT is none of generic, slack, teams")]
    [InlineData("WEBHOOK_URL_FILE=/nowhere/hook", "WEBHOOK_URL_FILE cannot be read")]
    [InlineData("SMTP_FROM=nobody", "SMTP_FROM has 'nobody'")]
    [InlineData("SMTP_FROM=a@example.com,b@example.com", "SMTP_FROM is more than one address")]
    [InlineData("SMTP_TO=", "SMTP_TO is not set, and SMTP_HOST is")]
    [InlineData("SMTP_PORT=0", "SMTP_PORT is not a whole number")]
    [InlineData("SMTP_TLS=maybe", "SMTP_TLS is none of starttls, tls, none")]
    [InlineData("SMTP_USER=ada", "SMTP_PASSWORD_FILE is not set")]
    [InlineData("SMTP_PASSWORD=pa55word-of-the-mail", "SMTP_USER is not set, and a password is")]
    [InlineData("ALERT_LEVEL=loud", "ALERT_LEVEL is none of info, warning, error")]
    [InlineData("ALERT_REPEAT_HOURS=0", "ALERT_REPEAT_HOURS is not a whole number")]
    [InlineData("ALERT_NO_SUCCESS_HOURS=soon", "ALERT_NO_SUCCESS_HOURS is not a whole number")]
    public void What_is_wrong_is_told_without_secrets(string setting, string problem)
    {
        var error = Should.Throw<BackupException>(() => Load([.. Mail, setting]));
        error.Message.ShouldContain(problem);
        error.Message.ShouldNotContain("s3cret");
        error.Message.ShouldNotContain("pa55word");
    }

    [Fact]
    public void A_password_is_not_sent_in_the_clear_to_another_machine()
    {
        string[] login = ["SMTP_USER=ada", "SMTP_PASSWORD=pa55word-of-the-mail", "SMTP_TLS=none"];
        Should.Throw<BackupException>(() => Load([.. Mail, .. login])).Message.ShouldContain("SMTP_TLS is none");
        Load([.. Mail, .. login, "SMTP_HOST=127.0.0.1"]).Alerts.Smtp!.Tls.ShouldBe(SmtpTls.None);
    }

    [Theory]
    [InlineData("SMTP_TO=ops@example.com", "SMTP_TO has no effect: SMTP_HOST is not set")]
    [InlineData("WEBHOOK_URL=http://alerts.example.com/hook", "WEBHOOK_URL is http://")]
    public void What_is_probably_not_meant_is_a_warning(string setting, string warning) => Load([setting]).Warnings.ShouldContain(w => w.Contains(warning, StringComparison.Ordinal));

    private static BackupOptions Load(params IEnumerable<string> settings) => BackupOptions.Load(TestSettings.Source(settings), OptionsScope.General);
}
