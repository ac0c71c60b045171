using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Workflows;

/// <summary>Counts runs that fail in the manifest, where statistics and whoever looks at a list find them.</summary>
internal static class FailedRuns
{
    /// <summary>Runs the body; when it fails, that is recorded as far as it can be. One that found another in its way is no failure.</summary>
    public static async Task<T> Record<T>(IWorkflowContext context, RepositoryHold hold, string key, BackupType type, Func<RepositoryHold, Task<T>> body)
    {
        var started = context.UtcNow;
        try
        {
            return await body(hold);
        }
        catch (ActivityFailedException e) when (e.Kind != ErrorKind.Locked)
        {
            await Delivery.Try(() => context.Call(BackupActivities.UpdateManifest, key, new RecordInput([new RunFailed(type, started, context.UtcNow, e.Kind)], hold.Holder.Fence)));
            throw;
        }
    }
}
