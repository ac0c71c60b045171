using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Serialization;
using BackupFunctions.Standalone.Durable.Journal;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Standalone.Durable;

/// <summary>
/// A workflow's view of its run, over a journal. First it is told what the journal holds, entry by entry in the order of their recording, and so does what it did before; then what is still
/// open is started, and every answer is recorded before the workflow hears of it. The time is that of the last entry. Everything here happens in turns of one <see cref="TurnQueue"/>; only activities
/// run elsewhere.
/// </summary>
#pragma warning disable CA1001 // sources without a timer hold nothing, and an activity that outlives the run may still look at them
internal sealed class JournalContext(InstanceRow instance, ActivityRegistry activities, TurnQueue turns, Action<JournalEntry> record, TimeProvider time, Func<string, string> redact) : IWorkflowContext
#pragma warning restore CA1001
{
    // who stopped the run does not wait for longer than that
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, TaskCompletionSource<JournalEntry>> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JournalEntry> _early = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly List<(string Key, bool EvenWhenStopped, Action Start)> _waiting = [];
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stop = new(), _leave = new();
    private DateTimeOffset _now = instance.Created;
    private int _ids, _timers;
    private bool _live, _suspended, _left;

    /// <summary>The newest status for people; null when none was set since it went live.</summary>
    public WorkflowStatus? Status { get; private set; }

    /// <summary>Activities that run right now.</summary>
    public Task Running => Task.WhenAll(_running);

    /// <inheritdoc/>
    public string InstanceId => instance.Id;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => _now;

    /// <inheritdoc/>
    public Guid NewId() =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{instance.Execution}/{_ids++}"))).AsSpan(0, 16));

    /// <inheritdoc/>
    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        if (!_keys.Add(key)) throw new InvalidOperationException($"the workflow called key '{key}' twice");
        var message = EngineJson.Write(input);
        var entry = await Answer(key, activity.EvenWhenStopped, () => Run(activity, key, message), CancellationToken.None);
        if (entry.Type == EntryTypes.Failed) throw EngineJson.Read<JournaledFailure>(Encoding.UTF8.GetBytes(entry.Value!), $"failure of {activity.Name} in the journal").ToException();
        return EngineJson.Read<TResult>(Encoding.UTF8.GetBytes(entry.Value!), $"result of {activity.Name} in the journal");
    }

    /// <inheritdoc/>
    public Task Wait(TimeSpan delay, CancellationToken cancellationToken)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"timer/{_timers++}");
        var due = _now + delay;
        return Answer(key, false, () => _ = Sleep(key, due), cancellationToken);
    }

    /// <inheritdoc/>
    public void SetStatus(WorkflowStatus status)
    {
        if (_live) Status = status;
    }

    /// <summary>Tells the workflow an answer that the journal has.</summary>
    public void Apply(JournalEntry entry)
    {
        _now = entry.Time;
        if (entry.Key is null) return;
        if (_open.Remove(entry.Key, out var open)) open.TrySetResult(entry);
        else _early[entry.Key] = entry;
    }

    /// <summary>The journal is told: what is open now really runs.</summary>
    public void GoLive()
    {
        _live = true;
        StartWaiting();
    }

    /// <summary>Starts no activity until it is ended; the workflow itself goes on with what it gets.</summary>
    public void Suspend(bool suspended)
    {
        _suspended = suspended;
        StartWaiting();
    }

    /// <summary>Cancels what runs; the workflow unwinds, and what it must still say it can.</summary>
    public void Stop()
    {
        _stop.Cancel();
        foreach (var (key, _, _) in _waiting.Where(w => !w.EvenWhenStopped).ToList()) Cancel(key);
        foreach (var key in _open.Keys.Where(k => k.StartsWith("timer/", StringComparison.Ordinal)).ToList()) Cancel(key);
        StartWaiting();
    }

    /// <summary>This process leaves the run as it is: what runs is cancelled, and nothing more is started or told.</summary>
    public void Leave()
    {
        _left = true;
        _leave.Cancel();
    }

    private bool IsHeld(bool evenWhenStopped) => _left || !_live || (_suspended && !(evenWhenStopped && _stop.IsCancellationRequested));

    private async Task<JournalEntry> Answer(string key, bool evenWhenStopped, Action start, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_early.Remove(key, out var early)) return early;
        if (!evenWhenStopped) _stop.Token.ThrowIfCancellationRequested();
        var open = new TaskCompletionSource<JournalEntry>();
        _open.Add(key, open);
        if (IsHeld(evenWhenStopped)) _waiting.Add((key, evenWhenStopped, start));
        else start();
        // cancelled by the workflow itself, in its own turn
        using var registration = cancellationToken.Register(() => Cancel(key));
        return await open.Task;
    }

    private void Cancel(string key)
    {
        _waiting.RemoveAll(w => w.Key == key);
        if (_open.Remove(key, out var open)) open.TrySetCanceled(_stop.IsCancellationRequested ? _stop.Token : new(true));
    }

    private void StartWaiting()
    {
        foreach (var waiting in _waiting.Where(w => !IsHeld(w.EvenWhenStopped)).ToList())
        {
            _waiting.Remove(waiting);
            if (_open.ContainsKey(waiting.Key)) waiting.Start();
        }
    }

    private void Run<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, byte[] message)
    {
        var task = Task.Run(() => Execute(activity, key, message));
        _running.Add(task);
        task.ContinueWith(t => turns.Add(() => _running.Remove(t)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task Execute<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, byte[] message)
    {
        using var token = activity.EvenWhenStopped ? CancellationTokenSource.CreateLinkedTokenSource(_leave.Token) : CancellationTokenSource.CreateLinkedTokenSource(_leave.Token, _stop.Token);
        if (activity.EvenWhenStopped && _stop.IsCancellationRequested) token.CancelAfter(s_lastWord);
        try
        {
            var result = await activities.Run(activity, key, EngineJson.Read<TInput>(message, $"input of {activity.Name}"), token.Token);
            Answered(EntryTypes.Completed, activity.Name, key, EngineJson.Write(result));
        }
        catch (OperationCanceledException) when (_leave.IsCancellationRequested)
        {
            // runs again after the next start
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            turns.Add(() => Cancel(key));
        }
        catch (Exception e)
        {
            // a bare driver error that cancelling set off is no failure of its own
            if (_leave.IsCancellationRequested) return;
            var (kind, hint) = ExitCodes.Classify(e);
            Answered(EntryTypes.Failed, activity.Name, key, EngineJson.Write(new JournaledFailure(activity.Name, kind, redact(ErrorText.Of(e)), hint)));
        }
    }

    private void Answered(string type, string activity, string key, byte[] value) => turns.Add(() => Tell(new(type, Now(), activity, key, Encoding.UTF8.GetString(value))));

    private async Task Sleep(string key, DateTimeOffset due)
    {
        var delay = due - time.GetUtcNow();
        try
        {
            if (delay > TimeSpan.Zero) await Task.Delay(delay, time, _leave.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        turns.Add(() =>
        {
            if (_open.ContainsKey(key)) Tell(new(EntryTypes.TimerFired, Now(), null, key, null));
        });
    }

    private void Tell(JournalEntry entry)
    {
        record(entry);
        Apply(entry);
    }

    // as the journal will have it: whole milliseconds
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
