namespace BackupFunctions.Notifications;

/// <summary>What is posted to a webhook.</summary>
public enum WebhookFormat
{
    /// <summary>The JSON of docs/http-api.md.</summary>
    Generic,

    /// <summary>A message of Slack, which Mattermost and others take as well.</summary>
    Slack,

    /// <summary>A message with an adaptive card, for a workflow of Microsoft Teams.</summary>
    Teams,
}

/// <summary>How a mail server is spoken to.</summary>
public enum SmtpTls
{
    /// <summary>Encrypted after STARTTLS, or not at all.</summary>
    StartTls,

    /// <summary>Encrypted from the first byte.</summary>
    Tls,

    /// <summary>In the clear.</summary>
    None,
}

/// <summary>A webhook. The address is a secret: its text form shows the host.</summary>
public sealed record WebhookSetting(Uri Url, WebhookFormat Format)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Url.Host} ({Telemetry.Human.Word(Format)})";
}

/// <summary>A mail server, and from whom to whom. Its text form shows no secret.</summary>
public sealed record SmtpSetting(string Host, int Port, SmtpTls Tls, string? User, string? Password, string From, IReadOnlyList<string> To)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>Who is told, from which level on, after how long the same cause is told again, and how many alerts a receiver gets in an hour.</summary>
public sealed record AlertSettings
{
    /// <summary>WEBHOOK_URL or the content of WEBHOOK_URL_FILE, with WEBHOOK_FORMAT (default: by the host of the address). Default: null, none.</summary>
    public WebhookSetting? Webhook { get; init; }

    /// <summary>SMTP_HOST and what belongs to it. Default: null, none.</summary>
    public SmtpSetting? Smtp { get; init; }

    /// <summary>ALERT_LEVEL: info, warning or error. Default: info.</summary>
    public AlertLevel Level { get; init; }

    /// <summary>ALERT_REPEAT_HOURS, 1 to 8760. Default: 12.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromHours(Configuration.Defaults.AlertRepeatHours);

    /// <summary>ALERT_MAX_PER_HOUR, 1 to 1000. Default: 30.</summary>
    public int PerHour { get; init; } = Configuration.Defaults.AlertsPerHour;
}
