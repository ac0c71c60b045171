using System.Net;
using BackupFunctions.Notifications;
using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads who is told.</summary>
internal static class AlertReader
{
    private const string UrlExample = "https://hooks.slack.com/services/T000/B000/XXXX", HostExample = "mail.example.com", AddressExample = "backup@example.com";
    private const int SubmissionPort = 587, TlsPort = 465;

    /// <summary>Reads all of it; secrets are made known to the redactor.</summary>
    public static AlertSettings Read(OptionsReader reader, SecretRedactor redactor) => new()
    {
        Webhook = Webhook(reader, redactor),
        Smtp = Smtp(reader, redactor),
        Level = Word(reader, SettingNames.AlertLevel, Notifications.AlertLevel.Info, "warning"),
        Repeat = TimeSpan.FromHours(reader.Integer(AlertRepeat, 1, 8760, Defaults.AlertRepeatHours, "12")),
        PerHour = reader.Integer(AlertRate, 1, 1000, Defaults.AlertsPerHour, "30"),
    };

    private static WebhookSetting? Webhook(OptionsReader reader, SecretRedactor redactor)
    {
        var text = SecretFile.Read(reader, WebhookUrl, WebhookUrlFile, "/run/secrets/webhook-url");
        var format = reader.Get(SettingNames.WebhookFormat) is null ? (WebhookFormat?)null : Word(reader, SettingNames.WebhookFormat, Notifications.WebhookFormat.Generic, "slack");
        if (text is null) return null;
        redactor.AddSecret(text);
        var name = reader.Get(WebhookUrl) is null ? WebhookUrlFile : WebhookUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Host.Length == 0)
        {
            // without the text: it is a secret, however malformed
            reader.Problem(name, "is no address by https:// or http://", UrlExample);
            return null;
        }
        if (url.Scheme == "http" && !url.IsLoopback) reader.Warn($"{name} is http://: whoever listens on the way can read alerts, and post there");
        return new(url, format ?? FormatOf(url.Host));
    }

    private static WebhookFormat FormatOf(string host)
    {
        if (host is "hooks.slack.com" or "hooks.slack-gov.com") return Notifications.WebhookFormat.Slack;
        string[] teams = [".webhook.office.com", ".logic.azure.com", ".powerplatform.com"];
        return teams.Any(t => host.EndsWith(t, StringComparison.OrdinalIgnoreCase)) ? Notifications.WebhookFormat.Teams : Notifications.WebhookFormat.Generic;
    }

    private static SmtpSetting? Smtp(OptionsReader reader, SecretRedactor redactor)
    {
        var password = SecretFile.Read(reader, SmtpPassword, SmtpPasswordFile, "/run/secrets/smtp-password");
        if (password is not null) redactor.Add(password);
        if (reader.Get(SmtpHost) is not { } host)
        {
            foreach (var name in new[] { SmtpPort, SettingNames.SmtpTls, SmtpUser, SmtpPassword, SmtpPasswordFile, SmtpFrom, SmtpTo }.Where(n => reader.Get(n) is not null))
                reader.Warn($"{name} has no effect: {SmtpHost} is not set");
            return null;
        }
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) reader.Problem(SmtpHost, "is no name of a host", HostExample);
        var port = reader.Integer(SmtpPort, 1, 65_535, SubmissionPort, "587");
        var tls = Word(reader, SettingNames.SmtpTls, port == TlsPort ? Notifications.SmtpTls.Tls : Notifications.SmtpTls.StartTls, "starttls");
        var user = reader.Get(SmtpUser);
        if (user is null && password is not null) reader.Problem(SmtpUser, "is not set, and a password is", AddressExample);
        if (user is not null && password is null && reader.Get(SmtpPasswordFile) is null) reader.Problem(SmtpPasswordFile, $"is not set, nor {SmtpPassword}, and {SmtpUser} is", "/run/secrets/smtp-password");
        if (password is not null && tls == Notifications.SmtpTls.None && !IsThisMachine(host)) reader.Problem(SettingNames.SmtpTls, "is none: the password would be sent in the clear", "starttls");
        return new(host, port, tls, user, password, Addresses(reader, SmtpFrom) is [var from] ? from : One(reader), Addresses(reader, SmtpTo));
    }

    private static string One(OptionsReader reader)
    {
        if (reader.Get(SmtpFrom) is { } text && text.Contains(',', StringComparison.Ordinal)) reader.Problem(SmtpFrom, "is more than one address", AddressExample);
        return AddressExample;
    }

    private static string[] Addresses(OptionsReader reader, string name)
    {
        var addresses = reader.Get(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (addresses.Length == 0) reader.Problem(name, $"is not set, and {SmtpHost} is", AddressExample);
        foreach (var address in addresses.Where(a => !MimeKit.MailboxAddress.TryParse(a, out var box) || !box.Address.Contains('@', StringComparison.Ordinal))) reader.Problem(name, $"has '{address}', which is no address", AddressExample);
        return addresses;
    }

    private static bool IsThisMachine(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static T Word<T>(OptionsReader reader, string name, T fallback, string example) where T : struct, Enum
    {
        if (reader.Get(name) is not { } text) return fallback;
        if (!char.IsAsciiDigit(text[0]) && text[0] != '-' && Enum.TryParse<T>(text, ignoreCase: true, out var value)) return value;
        reader.Problem(name, $"is none of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}", example);
        return fallback;
    }
}
