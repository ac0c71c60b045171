using System.Globalization;
using BackupFunctions.Serialization;
using BackupFunctions.Staging;

namespace BackupFunctions.Notifications.Outbox;

/// <summary>
/// Messages that wait, causes that were seen and the state of receivers, each a run of its own in staging: what every host has, survives a restart, and needs no catalogue. Two processes that write at
/// once may tell something twice, and lose nothing. Holds no secret and no document; what cannot be read is dropped.
/// </summary>
internal sealed class AlertStore(IStaging staging)
{
    private const string Segment = "alert", MessagePrefix = "alert-message-", CausePrefix = "alert-cause-", ReceiverPrefix = "alert-receiver-";

    /// <summary>The runs of messages that wait, oldest first.</summary>
    public Task<IReadOnlyList<string>> Messages(CancellationToken cancellationToken) => Runs(MessagePrefix, cancellationToken);

    /// <summary>The runs of causes.</summary>
    public Task<IReadOnlyList<string>> Causes(CancellationToken cancellationToken) => Runs(CausePrefix, cancellationToken);

    /// <summary>The run of a message; in the order of their times.</summary>
    public static string RunOf(AlertMessage message) => string.Create(CultureInfo.InvariantCulture, $"{MessagePrefix}{message.At.UtcDateTime:yyyyMMddHHmmssfff}-{message.Id}");

    /// <summary>The run of a cause.</summary>
    public static string RunOf(string cause) => $"{CausePrefix}{Hash256.Sha256(System.Text.Encoding.UTF8.GetBytes(cause)).ToString()[..32]}";

    /// <summary>The run of a receiver.</summary>
    public static string RunOfReceiver(string receiver) => $"{ReceiverPrefix}{receiver}";

    /// <summary>What a run holds; null when it is gone, or is not what it should be, and then it goes.</summary>
    public async Task<T?> Read<T>(string run, CancellationToken cancellationToken) where T : class
    {
        try
        {
            await using var stream = await staging.OpenRead(run, Segment, cancellationToken);
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellationToken);
            return EngineJson.Read<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), run);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Corrupt)
        {
            await Delete(run, cancellationToken);
            return null;
        }
    }

    /// <summary>Writes a run, whole or not at all.</summary>
    public async Task Write<T>(string run, T value, CancellationToken cancellationToken) where T : class
    {
        await using var writer = await staging.Create(run, Segment, cancellationToken);
        await writer.Stream.WriteAsync(EngineJson.Write(value), cancellationToken);
        await writer.Commit(cancellationToken);
    }

    /// <summary>Deletes a run.</summary>
    public Task Delete(string run, CancellationToken cancellationToken) => staging.Delete(run, cancellationToken);

    private async Task<IReadOnlyList<string>> Runs(string prefix, CancellationToken cancellationToken)
    {
        var runs = new List<string>();
        await foreach (var run in staging.Runs(cancellationToken))
        {
            if (run.StartsWith(prefix, StringComparison.Ordinal)) runs.Add(run);
        }
        return runs;
    }
}
