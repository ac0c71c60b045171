using System.Text.Json.Nodes;

namespace BackupFunctions.Notifications.Channels;

/// <summary>A message as the JSON that receivers of each kind take. docs/http-api.md describes the generic one.</summary>
internal static class WebhookPayload
{
    /// <summary>Who speaks.</summary>
    public const string Service = "backupfunctions";

    /// <summary>The body.</summary>
    public static JsonObject Of(AlertMessage message, WebhookFormat format) => format switch
    {
        WebhookFormat.Slack => Slack(message),
        WebhookFormat.Teams => Teams(message),
        _ => Generic(message),
    };

    private static JsonObject Generic(AlertMessage message) => new()
    {
        ["id"] = message.Id,
        ["timestamp"] = Time(message.At),
        ["service"] = Service,
        ["event"] = message.Event,
        ["subject"] = message.Subject,
        ["status"] = Telemetry.Human.Word(message.Status),
        ["level"] = message.Level switch { AlertLevel.Info => "INFO", AlertLevel.Warning => "WARN", _ => "ERROR" },
        ["title"] = message.Title,
        ["message"] = message.Message,
        ["since"] = Time(message.Since),
        ["count"] = message.Count,
        ["details"] = new JsonObject(Sorted(message).Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value))),
    };

    // https://api.slack.com/reference/messaging/payload
    private static JsonObject Slack(AlertMessage message) => new()
    {
        ["text"] = $"*{Escaped(message.Title)}*",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["color"] = Color(message),
            ["fallback"] = $"{message.Title}: {message.Message}",
            ["text"] = Escaped(message.Message),
            ["fields"] = new JsonArray([.. Sorted(message).Select(d => new JsonObject { ["title"] = d.Key, ["value"] = Escaped(d.Value), ["short"] = d.Value.Length < 40 })]),
            ["footer"] = Service,
            ["ts"] = message.At.ToUnixTimeSeconds(),
        }),
    };

    // what a workflow with the trigger "when a Teams webhook request is received" takes
    private static JsonObject Teams(AlertMessage message) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["contentType"] = "application/vnd.microsoft.card.adaptive",
            ["contentUrl"] = null,
            ["content"] = new JsonObject
            {
                ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                ["type"] = "AdaptiveCard",
                ["version"] = "1.4",
                ["msteams"] = new JsonObject { ["width"] = "Full" },
                ["body"] = new JsonArray(
                    new JsonObject { ["type"] = "TextBlock", ["text"] = message.Title, ["weight"] = "Bolder", ["size"] = "Medium", ["wrap"] = true, ["color"] = Mood(message) },
                    new JsonObject { ["type"] = "TextBlock", ["text"] = message.Message, ["wrap"] = true },
                    new JsonObject { ["type"] = "FactSet", ["facts"] = new JsonArray([.. Facts(message).Select(f => new JsonObject { ["title"] = f.Key, ["value"] = f.Value })]) }),
            },
        }),
    };

    private static IEnumerable<KeyValuePair<string, string>> Facts(AlertMessage message) => Sorted(message).Prepend(new("time", Telemetry.Human.Time(message.At)));

    private static IEnumerable<KeyValuePair<string, string>> Sorted(AlertMessage message) => message.Details.OrderBy(d => d.Key, StringComparer.Ordinal);

    private static string Color(AlertMessage message) => message.Status == AlertStatus.Resolved ? "#2eb67d" : message.Level switch
    {
        AlertLevel.Info => "#1d9bd1",
        AlertLevel.Warning => "#ecb22e",
        _ => "#e01e5a",
    };

    private static string Mood(AlertMessage message) => message.Status == AlertStatus.Resolved ? "Good" : message.Level switch
    {
        AlertLevel.Info => "Accent",
        AlertLevel.Warning => "Warning",
        _ => "Attention",
    };

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
