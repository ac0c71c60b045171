using System.Text.Json;

namespace BackupFunctions.Ipfs.Http;

/// <summary>
/// What an error body or trailer says: Kubo's <c>{"Message":…}</c>, the <c>{"message":…}</c> of IPFS Cluster and of js-ipfs' server, or plain text.
/// </summary>
internal static class NodeErrorText
{
    private const int MaxLength = 300;

    /// <summary>The sentence in one line, shortened; never empty.</summary>
    public static string Of(string body)
    {
        var text = string.Join(' ', (FromJson(body) ?? body).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length switch
        {
            0 => "no text",
            > MaxLength => text[..MaxLength] + "…",
            _ => text,
        };
    }

    /// <summary>The node's disk, or what it may use of it, is full.</summary>
    public static bool SaysFull(string text) =>
        text.Contains("no space left", StringComparison.OrdinalIgnoreCase) || text.Contains("disk full", StringComparison.OrdinalIgnoreCase)
        || text.Contains("disk quota", StringComparison.OrdinalIgnoreCase) || text.Contains("ENOSPC", StringComparison.Ordinal);

    private static string? FromJson(string body)
    {
        if (!body.TrimStart().StartsWith('{')) return null;
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.TextOf("Message") ?? json.RootElement.TextOf("message");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
