namespace BackupFunctions.Workflows;

/// <summary>Runs many calls of a workflow, a bounded number at a time, in a way that replays the same.</summary>
internal static class FanOut
{
    /// <summary>
    /// Starts the calls in order, at most <paramref name="width"/> at once, and gives their results in order. The first failure stops
    /// further starts and is thrown when the running calls have ended; with <paramref name="isEnough"/> nothing further starts either, and results are missing (null).
    /// </summary>
    public static async Task<IReadOnlyList<TResult>> Run<TItem, TResult>(
        IReadOnlyList<TItem> items, int width, Func<TItem, Task<TResult>> call, Action<TResult>? onDone = null, Func<bool>? isEnough = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var results = new TResult[items.Count];
        var running = new List<Task<int>>();
        Exception? failure = null;
        for (var next = 0; next < items.Count || running.Count > 0;)
        {
            while (failure is null && isEnough?.Invoke() != true && next < items.Count && running.Count < width) running.Add(One(next++));
            if (running.Count == 0) break;
            var done = await Task.WhenAny(running);
            running.Remove(done);
            try
            {
                var ended = await done;
                onDone?.Invoke(results[ended]);
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        }
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return results;

        async Task<int> One(int index)
        {
            results[index] = await call(items[index]);
            return index;
        }
    }
}
