using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>A workflow whose result is JSON.</summary>
internal delegate Task<string> JsonWorkflow(IWorkflowContext context);

/// <summary>
/// What a run of a workflow called in order, the answers in the order in which it got them, and how it ended.
/// </summary>
internal sealed record WorkflowHistory(DateTimeOffset Started, IReadOnlyList<WorkflowCall> Calls, IReadOnlyList<WorkflowAnswer> Answers, string End)
{
    public bool HasTimers => Answers.Any(a => a.IsTimer);
}

/// <summary>One call of an activity, or a timer, and after how many answers it was made.</summary>
internal sealed record WorkflowCall(string Activity, string Key, string Input, int After)
{
    public const string Timer = "timer";

    public bool IsTimer => Activity == Timer;

    public override string ToString() => $"{Activity} '{Key}' with {Input}";
}

/// <summary>The calls that an execution has to make again in its first so many answers; behind those it may make others.</summary>
internal sealed record ExpectedCalls(IReadOnlyList<WorkflowCall> Calls, int Answers)
{
    public static ExpectedCalls None { get; } = new([], 0);

    /// <summary>What is wrong with a call at this place, or null.</summary>
    public string? Compare(int at, WorkflowCall call)
    {
        var before = at < Calls.Count ? Calls[at] : null;
        return call == before || (before is null && call.After >= Answers) ? null : $"call {at + 1} was {Told(before)}, and is {Told(call)}";
    }

    /// <summary>The call that should have been made by now and was not, told, or null.</summary>
    public string? Missing(int made, int answers) =>
        made < Calls.Count && Calls[made].After <= answers ? $"call {made + 1} was {Told(Calls[made])}, and is none" : null;

    private static string Told(WorkflowCall? call) => call is null ? "none" : $"{call} after {call.After} answers";
}

/// <summary>An answer: the JSON of a result, or a failure, or neither for a timer that elapsed.</summary>
internal sealed record WorkflowAnswer(string Key, DateTimeOffset Time, string? Result, WorkflowFailure? Failure)
{
    public bool IsTimer => Result is null && Failure is null;
}

/// <summary>An activity's failure as a host keeps it.</summary>
internal sealed record WorkflowFailure(string Activity, ErrorKind Kind, string Message, string? Hint)
{
    public static WorkflowFailure Of(string activity, Exception e)
    {
        var (kind, hint) = ExitCodes.Classify(e);
        return new(activity, kind, BackupFunctions.Telemetry.ErrorText.Of(e), hint);
    }

    public ActivityFailedException ToException() => new(Activity, Kind, Message, Hint);
}

/// <summary>A workflow did what a host that runs it again could not follow.</summary>
internal sealed class NondeterminismException(string message) : Exception(message)
{
    /// <summary>Fails when a run ended in another way.</summary>
    public static void ThrowUnlessSameEnd(string expected, string? end, string when)
    {
        if (end != expected) throw new NondeterminismException($"{when}: it ended with {expected}, and now {(end is null ? "does not end" : $"ends with {end}")}");
    }
}
