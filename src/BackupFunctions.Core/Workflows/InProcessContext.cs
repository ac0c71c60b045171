using System.Collections.Concurrent;
using BackupFunctions.Ambient;
using BackupFunctions.Serialization;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Workflows;

/// <summary>
/// Runs a workflow and its activities in this process, once, without a journal. Messages go through JSON as in every other host, so that a
/// message that cannot cross fails here too.
/// </summary>
public sealed class InProcessContext(
    string instanceId, ActivityRegistry activities, TimeProvider time, IRandomSource random, Action<WorkflowStatus>? onStatus, CancellationToken stop)
    : IWorkflowContext
{
    // who stopped the run does not wait for longer than that
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string InstanceId => instanceId;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => time.GetUtcNow();

    /// <inheritdoc/>
    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        return new Guid(bytes);
    }

    /// <inheritdoc/>
    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        if (!_keys.TryAdd(key, true)) throw new InvalidOperationException($"the workflow called key '{key}' twice");
        try
        {
            var message = EngineJson.Read<TInput>(EngineJson.Write(input), $"input of {activity.Name}");
            using var token = CancellationTokenSource.CreateLinkedTokenSource(activity.EvenWhenStopped ? CancellationToken.None : stop);
            if (activity.EvenWhenStopped) token.CancelAfter(s_lastWord);
            var result = await Task.Run(() => activities.Run(activity, key, message, token.Token), token.Token);
            return EngineJson.Read<TResult>(EngineJson.Write(result), $"result of {activity.Name}");
        }
        catch (BackupException e)
        {
            throw new ActivityFailedException(activity.Name, e.Kind, e.Message, e.Hint, e);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            throw new ActivityFailedException(activity.Name, ErrorKind.Failed, ErrorText.Of(e), inner: e);
        }
    }

    /// <inheritdoc/>
    public async Task Wait(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        await Task.Delay(delay, time, either.Token);
    }

    /// <inheritdoc/>
    public void SetStatus(WorkflowStatus status) => onStatus?.Invoke(status);
}
