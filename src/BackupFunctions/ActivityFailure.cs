using System.Text;
using System.Text.Json;
using BackupFunctions.Serialization;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Functions;

/// <summary>
/// How an activity's failure crosses to its workflow. Durable carries an exception's type name and message, and no more; so the message is one line of
/// JSON that holds the kind, the reason and the hint.
/// </summary>
internal sealed record ActivityFailure(ErrorKind Kind, string Reason, string? Hint)
{
    private const string Start = "{\"backupFailure\":";

    /// <summary>What to throw from an activity; the cause stays in the worker's log.</summary>
    public static Exception ToThrow(Exception cause) =>
        new InvalidOperationException(Text(cause is BackupException e ? new(e.Kind, e.Message, e.Hint) : new(ErrorKind.Failed, ErrorText.Of(cause), null)));

    /// <summary>
    /// The failure that this message of a failed task tells of. Whatever stands around the JSON is ignored; a message without it, of a host that lost its
    /// worker for example, is taken as it is.
    /// </summary>
    public static ActivityFailedException Read(string activity, string message, Exception cause)
    {
        var failure = Parse(message) ?? new(ErrorKind.Failed, message, null);
        return new(activity, failure.Kind, failure.Reason, failure.Hint, cause);
    }

    private static string Text(ActivityFailure failure) => Encoding.UTF8.GetString(EngineJson.Write(new Envelope(failure)));

    private static ActivityFailure? Parse(string message)
    {
        var start = message.IndexOf(Start, StringComparison.Ordinal);
        if (start < 0) return null;
        // what follows the value is not looked at
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(message[start..]));
        try
        {
            return JsonSerializer.Deserialize<Envelope>(ref reader, EngineJson.Options)?.BackupFailure;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Envelope(ActivityFailure BackupFailure);
}
