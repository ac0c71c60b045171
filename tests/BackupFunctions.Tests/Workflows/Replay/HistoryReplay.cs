using System.Globalization;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>Replays a history, from each of its prefixes and with answers in other orders.</summary>
internal static class HistoryReplay
{
    private const int Orders = 25;

    /// <summary>Everything; fails with a <see cref="NondeterminismException"/> that says where.</summary>
    public static void Check(JsonWorkflow workflow, WorkflowHistory history)
    {
        for (var known = 0; known <= history.Answers.Count; known++) FromPrefix(workflow, history, known);
        // when a timer elapses decides what is called
        if (history.HasTimers) return;
        for (var seed = 1; seed <= Orders; seed++)
        {
            var random = new Random(seed);
            var reordered = InAnotherOrder(workflow, history, random.Next(history.Answers.Count), random, $"in order {seed}");
            FromPrefix(workflow, reordered, random.Next(reordered.Answers.Count));
        }
    }

    /// <summary>With so many answers it has made the calls that it had made with them, and with the others it comes to the same end.</summary>
    public static void FromPrefix(JsonWorkflow workflow, WorkflowHistory history, int known)
    {
        var when = string.Create(CultureInfo.InvariantCulture, $"replayed with {known} of {history.Answers.Count} answers");
        var execution = WorkflowExecution.Run(workflow, history.Started, new(history.Calls, history.Answers.Count), history.Answers.Take(known));
        foreach (var answer in history.Answers.Skip(known))
        {
            if (execution.End is not null) break;
            execution.Apply(answer);
        }
        NondeterminismException.ThrowUnlessSameEnd(history.End, execution.End, $"{when}, then the others");
    }

    /// <summary>
    /// The first answers as they were, then whichever comes first of what is open: the same calls by key, and the same end. Gives the history of this run.
    /// </summary>
    public static WorkflowHistory InAnotherOrder(JsonWorkflow workflow, WorkflowHistory history, int known, Random random, string when)
    {
        var answers = history.Answers.Take(known).ToList();
        var recorded = history.Answers.ToDictionary(a => a.Key, StringComparer.Ordinal);
        var calls = history.Calls.ToDictionary(c => c.Key, StringComparer.Ordinal);
        var execution = WorkflowExecution.Run(workflow, history.Started, new([.. history.Calls.Where(c => c.After <= known)], known), answers);
        while (execution.End is null)
        {
            var open = execution.Open.Where(o => !o.Call.IsTimer).Select(o => o.Call).ToList();
            if (open.Count == 0) throw new NondeterminismException($"{when}: nothing but timers is left");
            var next = open[random.Next(open.Count)];
            if (!calls.TryGetValue(next.Key, out var before)) throw new NondeterminismException($"{when}: {next} is called, and was not in the order that was recorded");
            if ((next.Activity, next.Input) != (before.Activity, before.Input)) throw new NondeterminismException($"{when}: {next} is called, and was {before} in the order that was recorded");
            answers.Add(recorded[next.Key]);
            execution.Apply(answers[^1]);
        }
        var missing = calls.Keys.Except(execution.Calls.Select(c => c.Key)).FirstOrDefault(k => !calls[k].IsTimer);
        if (missing is not null) throw new NondeterminismException($"{when}: {calls[missing]} is not called, and was in the order that was recorded");
        NondeterminismException.ThrowUnlessSameEnd(history.End, execution.End, when);
        return new(history.Started, execution.Calls, answers, execution.End);
    }
}
