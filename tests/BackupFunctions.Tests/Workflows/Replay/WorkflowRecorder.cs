using System.Threading.Channels;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>Runs a workflow with real activities and keeps its history.</summary>
internal static class WorkflowRecorder
{
    /// <summary>
    /// For every answer the workflow is executed again from its beginning, and has to repeat what it did. Timers of these numbers elapse at once, the others never. Something else may run around
    /// an activity, or in its place.
    /// </summary>
    public static async Task<WorkflowHistory> Run(
        JsonWorkflow workflow, ActivityRegistry activities, TimeProvider time, IReadOnlyList<int> elapsing, Func<WorkflowCall, Func<Task<string>>, Task<string>>? around, CancellationToken cancellationToken)
    {
        var timers = 0;
        var started = time.GetUtcNow();
        var (calls, answers) = (new List<WorkflowCall>(), new List<WorkflowAnswer>());
        var arrived = Channel.CreateUnbounded<WorkflowAnswer>();
        while (true)
        {
            var execution = WorkflowExecution.Run(workflow, started, new(calls, answers.Count), answers);
            foreach (var open in execution.Open.Where(o => o.Call.After == answers.Count)) Start(open);
            calls.AddRange(execution.Calls.Skip(calls.Count));
            if (execution.End is { } end) return new(started, calls, answers, end);
            WorkflowAnswer next;
            // a timer may have been given up meanwhile
            do
            {
                if (arrived.Reader.Count == 0 && execution.Open.All(o => o.Call.IsTimer)) throw new NondeterminismException($"{execution.Last}: the workflow waits for nothing but timers");
                next = await arrived.Reader.ReadAsync(cancellationToken);
            }
            while (!execution.IsOpen(next.Key));
            answers.Add(next with { Time = answers.Append(next).Max(a => a.Time) });
        }

        void Start(OpenCall open)
        {
            if (open.Run is not null) _ = Execute(open);
            else if (elapsing.Contains(timers++)) arrived.Writer.TryWrite(new(open.Call.Key, open.Due, null, null));
        }

        async Task Execute(OpenCall open)
        {
            WorkflowAnswer answer;
            try
            {
                Task<string> Activity() => Task.Run(() => open.Run!(activities, cancellationToken), cancellationToken);
                var result = await (around is null ? Activity() : around(open.Call, Activity));
                answer = new(open.Call.Key, time.GetUtcNow(), result, null);
            }
            catch (Exception e)
            {
                answer = new(open.Call.Key, time.GetUtcNow(), null, WorkflowFailure.Of(open.Call.Activity, e));
            }
            arrived.Writer.TryWrite(answer);
        }
    }
}
