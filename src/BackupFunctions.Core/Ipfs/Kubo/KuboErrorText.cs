using System.Text.Json;

namespace BackupFunctions.Ipfs.Kubo;

/// <summary>
/// What an error body or trailer says: Kubo's <c>{"Message":…}</c>, the <c>{"message":…}</c> of js-ipfs' server, or plain text. And what known texts mean:
/// the RPC tells errors apart by nothing else.
/// </summary>
internal static class KuboErrorText
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

    /// <summary>A block is not there.</summary>
    public static bool SaysBlockIsMissing(Exception e) =>
        Says(e, "could not find") || Says(e, "block not found") || Says(e, "merkledag: not found");

    /// <summary>The root has no pin of its own.</summary>
    public static bool SaysNotPinned(Exception e) => Says(e, "not pinned") || Says(e, "pinned indirectly");

    /// <summary>The time given to the node by <c>timeout=</c> is over.</summary>
    public static bool SaysDeadline(Exception e) => Says(e, "context deadline exceeded") || Says(e, "request timed out");

    /// <summary>The node's disk, or what it may use of it, is full.</summary>
    public static bool SaysFull(string text) =>
        text.Contains("no space left", StringComparison.OrdinalIgnoreCase) || text.Contains("disk full", StringComparison.OrdinalIgnoreCase)
        || text.Contains("disk quota", StringComparison.OrdinalIgnoreCase) || text.Contains("ENOSPC", StringComparison.Ordinal);

    private static bool Says(Exception e, string text) =>
        e is BackupException { InnerException: NodeAnswerException { IsFinal: false } answer } && answer.Message.Contains(text, StringComparison.OrdinalIgnoreCase);

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
