using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Serialization;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>
/// One execution of a workflow from its beginning, as a durable host does it: it gets answers one after the other, and all of it happens on the thread that gives them. The time is that of the last
/// answer, and ids are counted. Whatever such a host could not follow fails with a <see cref="NondeterminismException"/>.
/// </summary>
internal sealed class WorkflowExecution : SynchronizationContext, IWorkflowContext
{
    private const string NotGiven = "what its context did not give";

    private readonly ConcurrentQueue<Action> _turns = [];
    private readonly ConcurrentQueue<string> _violations = [];
    private readonly Dictionary<string, OpenCall> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkflowCall> _keys = new(StringComparer.Ordinal);
    private readonly List<WorkflowCall> _calls = [];
    private readonly ExpectedCalls _expected;
    private Task<string>? _running;
    private DateTimeOffset _now;
    private int _thread, _answers, _ids, _timers;

    private WorkflowExecution(DateTimeOffset started, ExpectedCalls expected) => (_now, _expected) = (started, expected);

    /// <summary>All calls so far, in order.</summary>
    public IReadOnlyList<WorkflowCall> Calls => _calls;

    /// <summary>Calls and timers without an answer, in the order in which they were made.</summary>
    public IReadOnlyList<OpenCall> Open => [.. _open.Values.OrderBy(o => _calls.IndexOf(o.Call))];

    /// <summary>How it ended; null while it goes on.</summary>
    public string? End { get; private set; }

    /// <summary>How far it has come, for people.</summary>
    public string Last { get; private set; } = "at the beginning";

    public string InstanceId => Checked(nameof(InstanceId), "replayed");

    public DateTimeOffset UtcNow => Checked(nameof(UtcNow), _now);

    /// <summary>Begins, and goes as far as the answers lead.</summary>
    public static WorkflowExecution Run(JsonWorkflow workflow, DateTimeOffset started, ExpectedCalls expected, IEnumerable<WorkflowAnswer> answers)
    {
        var execution = new WorkflowExecution(started, expected);
        execution.Turn(() => execution._running = workflow(execution));
        foreach (var answer in answers) execution.Apply(answer);
        return execution;
    }

    /// <summary>Gives it an answer to something that is open.</summary>
    public void Apply(WorkflowAnswer answer)
    {
        if (!_open.Remove(answer.Key, out var open)) throw new NondeterminismException($"{Last}: the answer to '{answer.Key}' comes, and it is not called");
        _answers++;
        _now = answer.Time;
        Last = string.Create(CultureInfo.InvariantCulture, $"after answer {_answers} ({open.Call.Activity} '{answer.Key}')");
        Turn(() => open.Answer(answer));
    }

    public bool IsOpen(string key) => _open.ContainsKey(key);

    public Guid NewId() => Checked(nameof(NewId), new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"replayed/{_ids++}"))).AsSpan(0, 16)));

    public async Task<TResult> Call<TInput, TResult>(ActivityName<TInput, TResult> activity, string key, TInput input)
    {
        var json = EngineJson.Write(input);
        var answer = new TaskCompletionSource<WorkflowAnswer>();
        Add(new(activity.Name, key, Encoding.UTF8.GetString(json), _answers), new(answer.SetResult, _now,
            async (activities, token) => Encoding.UTF8.GetString(EngineJson.Write(await activities.Find(activity).Run(EngineJson.Read<TInput>(json, $"input of {activity.Name}"), token)))));
        var given = await answer.Task;
        if (given.Failure is { } failure) throw failure.ToException();
        return EngineJson.Read<TResult>(Encoding.UTF8.GetBytes(given.Result!), $"result of {activity.Name}");
    }

    public Task Wait(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        var key = string.Create(CultureInfo.InvariantCulture, $"{WorkflowCall.Timer}/{_timers++}");
        var timer = new TaskCompletionSource();
        Add(new(WorkflowCall.Timer, key, delay.ToString("c", CultureInfo.InvariantCulture), _answers), new(_ => timer.TrySetResult(), _now + delay, null));
        cancellationToken.Register(() =>
        {
            Check("the end of a timer");
            _open.Remove(key);
            timer.TrySetCanceled(cancellationToken);
        });
        return timer.Task;
    }

    public void SetStatus(WorkflowStatus status) => Check(nameof(SetStatus));

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Check("a continuation")) _turns.Enqueue(() => d(state));
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("a workflow posts");

    private void Add(WorkflowCall call, OpenCall open)
    {
        if (!Check(call.ToString())) throw new InvalidOperationException("the workflow left its thread");
        if (!_keys.TryAdd(call.Key, call))
        {
            Violate($"key '{call.Key}' is used twice: {_keys[call.Key]}, then {call}");
            throw new InvalidOperationException($"key '{call.Key}' is used twice");
        }
        if (_expected.Compare(_calls.Count, call) is { } other) Violate(other);
        _calls.Add(call);
        _open[call.Key] = open with { Call = call };
    }

    private void Turn(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        try
        {
            action();
            while (_turns.TryDequeue(out var turn)) turn();
        }
        finally
        {
            Volatile.Write(ref _thread, 0);
            SetSynchronizationContext(before);
        }
        if (_running!.IsCompleted) End = Ended(_running);
        if (_violations.TryPeek(out var violation)) throw new NondeterminismException(violation);
        if (_expected.Missing(_calls.Count, _answers) is { } missing) throw new NondeterminismException($"{Last}: {missing}");
        if (End is null && _open.Count == 0) throw new NondeterminismException($"{Last}: the workflow waits for {NotGiven}");
        if (End is not null && _open.Values.FirstOrDefault(o => o.Run is not null) is { } left) throw new NondeterminismException($"{Last}: the workflow ends and leaves {left.Call} behind");
    }

    private static string Ended(Task<string> running)
    {
        try
        {
            return running.GetAwaiter().GetResult();
        }
        catch (ActivityFailedException e)
        {
            return $"{e.Activity} {e.Kind}: {e.Reason} ({e.Hint})";
        }
        catch (Exception e) when (e is not NondeterminismException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private T Checked<T>(string what, T value)
    {
        Check(what);
        return value;
    }

    private bool Check(string what)
    {
        if (Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId) return true;
        Violate($"{what} came from another thread, by {NotGiven}");
        return false;
    }

    private void Violate(string what) => _violations.Enqueue($"{Last}: {what}");
}

/// <summary>A call without an answer: how to give it, when a timer is due, and how to run an activity with its recorded input.</summary>
internal sealed record OpenCall(Action<WorkflowAnswer> Answer, DateTimeOffset Due, Func<ActivityRegistry, CancellationToken, Task<string>>? Run)
{
    public WorkflowCall Call { get; init; } = null!;
}
