using System.Net;

namespace BackupFunctions.Ipfs;

/// <summary>
/// What a node answered instead of doing what it was asked: the cause of a <see cref="BackupException"/>. The status is that of HTTP, 200 when the error
/// came in the body or behind it; the message is the node's text.
/// </summary>
internal sealed class NodeAnswerException(HttpStatusCode status, string text, TimeSpan? retryAfter = null) : Exception(text)
{
    /// <summary>The status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>How long the node wants to be left alone; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether the same request will get the same answer: it is wrong, not allowed, or goes to the wrong place.</summary>
    public bool IsFinal { get; } = (int)status is >= 300 and < 500 and not (408 or 425 or 429);
}
