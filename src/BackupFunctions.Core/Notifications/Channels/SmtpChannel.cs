using System.Globalization;
using System.Net.Sockets;
using System.Text;
using BackupFunctions.Configuration;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Polly;

namespace BackupFunctions.Notifications.Channels;

/// <summary>Sends messages as mail, one connection each. Where TLS is wanted nothing is sent without it, the password least of all.</summary>
internal sealed class SmtpChannel(SmtpSetting setting, TimeProvider time) : IAlertChannel
{
    private const int TimeoutMilliseconds = 15_000;

    private readonly ResiliencePipeline _retry = ChannelRetry.Create(time, MayPass);

    public string Name => "smtp";

    public string Target => $"{setting}";

    public async Task Send(AlertMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _retry.ExecuteAsync(async token => await SendOnce(message, token), cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or SmtpCommandException or SmtpProtocolException or AuthenticationException or SslHandshakeException or NotSupportedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new BackupException(ErrorKind.Failed, $"send alert by {SettingNames.SmtpHost} {setting}: {Text(e)}", Hint(e));
        }
    }

    private async Task SendOnce(AlertMessage message, CancellationToken cancellationToken)
    {
        using var mail = Mail(message);
        // no log of the protocol: it would hold the password
        using var client = new SmtpClient { Timeout = TimeoutMilliseconds, CheckCertificateRevocation = false };
        await client.ConnectAsync(setting.Host, setting.Port, setting.Tls switch
        {
            SmtpTls.StartTls => SecureSocketOptions.StartTls,
            SmtpTls.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.None,
        }, cancellationToken);
        if (setting.User is { } user) await client.AuthenticateAsync(Encoding.UTF8, user, setting.Password ?? "", cancellationToken);
        await client.SendAsync(mail, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    private MimeMessage Mail(AlertMessage message)
    {
        var mail = new MimeMessage { Subject = $"[{WebhookPayload.Service}] {message.Title}", Date = message.At, MessageId = $"{message.Id}@{WebhookPayload.Service}" };
        mail.From.Add(MailboxAddress.Parse(setting.From));
        mail.To.AddRange(setting.To.Select(MailboxAddress.Parse));
        // out-of-office replies are not wanted
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Body = new TextPart("plain") { Text = Body(message) };
        return mail;
    }

    private static string Body(AlertMessage message)
    {
        var text = new StringBuilder().AppendLine(message.Message).AppendLine().Append(CultureInfo.InvariantCulture, $"time: {Telemetry.Human.Time(message.At)}").AppendLine();
        if (message.Count > 1) text.Append(CultureInfo.InvariantCulture, $"seen: {message.Count} times since {Telemetry.Human.Time(message.Since)}").AppendLine();
        foreach (var (name, value) in message.Details.OrderBy(d => d.Key, StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}").AppendLine();
        return text.ToString();
    }

    private static bool MayPass(Exception e) => e switch
    {
        SmtpCommandException answer => (int)answer.StatusCode is >= 400 and < 500,
        SocketException or SmtpProtocolException or TimeoutException => true,
        IOException => true,
        _ => false,
    };

    private string Text(Exception e)
    {
        var text = e is OperationCanceledException ? $"no answer within {TimeoutMilliseconds / 1000} s" : e.Message.ReplaceLineEndings(" ").Trim();
        return setting.Password is { } password ? text.Replace(password, Masking.Mask, StringComparison.Ordinal) : text;
    }

    private static string Hint(Exception e) => e switch
    {
        AuthenticationException => $"correct {SettingNames.SmtpUser} and {SettingNames.SmtpPassword}",
        SslHandshakeException => $"the server's certificate is not one that this machine trusts, or {SettingNames.SmtpTls} is not what the port speaks: starttls (587) or tls (465)",
        NotSupportedException => $"the server does not offer what {SettingNames.SmtpTls} and {SettingNames.SmtpUser} ask for",
        SmtpCommandException => $"look whether the server takes mail from {SettingNames.SmtpFrom} and to {SettingNames.SmtpTo}",
        _ => $"correct {SettingNames.SmtpHost} and {SettingNames.SmtpPort}, or look at the server and the network to it; what waits is sent again by itself",
    };
}
