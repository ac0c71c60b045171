namespace BackupFunctions.Standalone.Commands;

/// <summary>For what runs until the process is told to stop, which then is a good end.</summary>
internal static class UntilStopped
{
    /// <summary>Ends when the token is cancelled, without an error.</summary>
    public static async Task Wait(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }
}
