using System.Runtime.CompilerServices;

namespace BackupFunctions.Ambient;

/// <summary>Asks for things before they are needed.</summary>
public static class ReadAhead
{
    /// <summary>The results in the order of the items; up to <paramref name="count"/> of them are asked for at once and held.</summary>
    public static async IAsyncEnumerable<TResult> Run<TItem, TResult>(
        IAsyncEnumerable<TItem> items, int count, Func<TItem, CancellationToken, Task<TResult>> read, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = new Queue<Task<TResult>>(count);
        try
        {
            await foreach (var item in items.WithCancellation(cancellationToken))
            {
                if (asked.Count == count) yield return await asked.Dequeue();
                asked.Enqueue(read(item, stop.Token));
            }
            while (asked.TryDequeue(out var next)) yield return await next;
        }
        finally
        {
            await stop.CancelAsync();
            // what nobody waits for any more ends here, and its errors with it
            await ((Task)Task.WhenAll(asked)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
