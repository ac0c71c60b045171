using System.Net;
using System.Text.Json;
using BackupFunctions.Notifications;
using BackupFunctions.Notifications.Channels;
using BackupFunctions.Tests.Mongo;
using BackupFunctions.Tests.Notifications.Receivers;

namespace BackupFunctions.Tests.Notifications;

/// <summary>The ways to receivers, against servers on loopback.</summary>
public sealed class ChannelTests : IDisposable
{
    private static readonly AlertMessage Message = AlertMessage.Of(
        new(AlertLevel.Error, "backup.failed", "store <backup> & pin", new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero), new Dictionary<string, string> { ["hint"] = "mend it", ["backupId"] = "b1" }) { Subject = "full" },
        AlertStatus.Firing, new(2026, 3, 4, 4, 0, 0, TimeSpan.Zero), 3);

    private readonly WebhookReceiver _web = new();
    private readonly SmtpReceiver _mail = new() { Password = AlertBench.Password };

    public void Dispose()
    {
        _web.Dispose();
        _mail.Dispose();
    }

    [Fact]
    public async Task The_generic_payload_is_the_documented_one()
    {
        await Post(WebhookFormat.Generic);
        JsonElement.DeepEquals(_web.Messages[0], JsonElement.Parse($$$"""
            {"id":"{{{Message.Id}}}","timestamp":"2026-03-04T05:06:07Z","service":"backupfunctions","event":"backup.failed","subject":"full","status":"firing","level":"ERROR","title":"ERROR backup.failed/full",
             "message":"store <backup> & pin","since":"2026-03-04T04:00:00Z","count":3,"details":{"backupId":"b1","hint":"mend it"}}
            """)).ShouldBeTrue(_web.Bodies[0]);
    }

    [Fact]
    public async Task Slack_gets_a_text_with_a_coloured_attachment_in_its_own_escapes()
    {
        await Post(WebhookFormat.Slack);
        var message = _web.Messages[0];
        message.GetProperty("text").GetString().ShouldBe("*ERROR backup.failed/full*");
        var attachment = message.GetProperty("attachments")[0];
        (attachment.GetProperty("text").GetString(), attachment.GetProperty("color").GetString()).ShouldBe(("store &lt;backup&gt; &amp; pin", "#e01e5a"));
        attachment.GetProperty("fields").EnumerateArray().Select(f => f.GetProperty("title").GetString()).ShouldBe(["backupId", "hint"]);
    }

    [Fact]
    public async Task Teams_gets_an_adaptive_card()
    {
        await Post(WebhookFormat.Teams);
        var message = _web.Messages[0];
        message.GetProperty("type").GetString().ShouldBe("message");
        var attachment = message.GetProperty("attachments")[0];
        attachment.GetProperty("contentType").GetString().ShouldBe("application/vnd.microsoft.card.adaptive");
        var content = attachment.GetProperty("content");
        content.GetProperty("type").GetString().ShouldBe("AdaptiveCard");
        content.GetProperty("body").EnumerateArray().Select(b => b.GetProperty("type").GetString()).ShouldBe(["TextBlock", "TextBlock", "FactSet"]);
        content.GetProperty("body")[1].GetProperty("text").GetString().ShouldBe("store <backup> & pin");
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task What_may_pass_is_repeated(HttpStatusCode status)
    {
        _web.Next.Enqueue(status);
        _web.Next.Enqueue(status);
        await Post(WebhookFormat.Generic);
        (_web.Requests, _web.Bodies.Count).ShouldBe((3, 1));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, 1)]
    [InlineData(HttpStatusCode.BadRequest, 1)]
    [InlineData(HttpStatusCode.InternalServerError, 3)]
    public async Task What_the_receiver_does_not_take_is_told_without_the_address(HttpStatusCode status, int requests)
    {
        (_web.Status, _web.Answer) = (status, $"no service at {WebhookReceiver.Path}");
        var error = await Should.ThrowAsync<BackupException>(() => Post(WebhookFormat.Generic));
        _web.Requests.ShouldBe(requests);
        error.Message.ShouldBe($"post alert to WEBHOOK_URL 127.0.0.1 (generic): the receiver answered {(int)status} no service at ****");
        error.ToString().ShouldNotContain("s3cret");
        error.Hint.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var other = new WebhookReceiver();
        (_web.Status, _web.Location) = (HttpStatusCode.TemporaryRedirect, other.Url.AbsoluteUri);
        (await Should.ThrowAsync<BackupException>(() => Post(WebhookFormat.Generic))).Message.ShouldContain("answered 307");
        other.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_told_without_the_address()
    {
        _web.Stop();
        var error = await Should.ThrowAsync<BackupException>(() => Post(WebhookFormat.Generic));
        error.Message.ShouldStartWith("post alert to WEBHOOK_URL 127.0.0.1 (generic): ");
        error.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task A_mail_has_sender_receivers_subject_and_text()
    {
        await Send(new("127.0.0.1", _mail.Port, SmtpTls.None, "ada", AlertBench.Password, "backup@example.com", ["ops@example.com", "Eve <eve@example.com>"]));
        var mail = _mail.Mails.ShouldHaveSingleItem();
        (mail.From.ToString(), mail.To.ToString(), mail.Subject).ShouldBe(("backup@example.com", "ops@example.com, \"Eve\" <eve@example.com>", "[backupfunctions] ERROR backup.failed/full"));
        (mail.Date, mail.MessageId, mail.Headers["Auto-Submitted"]).ShouldBe((Message.At, $"{Message.Id}@backupfunctions", "auto-generated"));
        foreach (var part in new[] { "store <backup> & pin", "seen: 3 times since 2026-03-04 04:00:00Z", "backupId: b1", "hint: mend it" }) mail.TextBody.ShouldNotBeNull().ShouldContain(part);
    }

    [Fact]
    public async Task Without_STARTTLS_nothing_is_sent_to_a_server_that_should_offer_it()
    {
        var error = await Should.ThrowAsync<BackupException>(() => Send(Setting with { Tls = SmtpTls.StartTls }));
        error.Hint.ShouldNotBeNull().ShouldContain("SMTP_TLS");
        _mail.Commands.ShouldNotContain(c => c.StartsWith("AUTH", StringComparison.Ordinal) || c.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_not_shown()
    {
        var error = await Should.ThrowAsync<BackupException>(() => Send(Setting with { Password = "an-0ther-password" }));
        error.Hint.ShouldNotBeNull().ShouldContain("SMTP_PASSWORD");
        error.ToString().ShouldNotContain("an-0ther-password");
        _mail.Commands.Count(c => c.StartsWith("AUTH", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("451 4.3.0 later", 3)]
    [InlineData("550 5.1.1 nobody of this name", 1)]
    public async Task What_the_server_refuses_is_repeated_when_it_may_pass(string refusal, int attempts)
    {
        _mail.Refusal = refusal;
        var error = await Should.ThrowAsync<BackupException>(() => Send(Setting));
        error.Message.ShouldContain(refusal[10..]);
        _mail.Commands.Count(c => c.StartsWith("EHLO", StringComparison.Ordinal)).ShouldBe(attempts);
    }

    private SmtpSetting Setting => new("127.0.0.1", _mail.Port, SmtpTls.None, "ada", AlertBench.Password, "backup@example.com", ["ops@example.com"]);

    private static Task Send(SmtpSetting setting) => new SmtpChannel(setting, new ImmediateTime()).Send(Message, TestContext.Current.CancellationToken);

    private async Task Post(WebhookFormat format)
    {
        using var channel = new WebhookChannel(new(_web.Url, format), new ImmediateTime());
        await channel.Send(Message, TestContext.Current.CancellationToken);
    }
}
