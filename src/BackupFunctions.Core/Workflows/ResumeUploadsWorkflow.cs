using System.Globalization;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;

namespace BackupFunctions.Workflows;

/// <summary>Finishes what earlier runs could not: stores what waits in staging, and makes the copies that degraded backups lack.</summary>
public static class ResumeUploadsWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "ResumeUploads";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<ResumeUploadsResult> Run(IWorkflowContext context, ResumeUploadsInput input)
    {
        WorkflowVersion.Require(Name, input.Version, ResumeUploadsInput.CurrentVersion);
        var result = await Delivery.TellingFailure(context, "notify/failed", AlertLevel.Warning, AlertEvents.UploadsWaiting, () =>
            RepositoryHold.During(context, "", "unfinished uploads", LockMode.Shared, async hold =>
            {
                var resumption = new Resumption(context, hold, Name, "");
                await resumption.DeliverStaged(copies: true);
                await resumption.CompleteCopies();
                return resumption.Result;
            }));
        var silent = await Tell(context, result);
        return silent is null ? result : result with { Warnings = [.. result.Warnings, silent] };
    }

    private static async Task<string?> Tell(IWorkflowContext context, ResumeUploadsResult result)
    {
        if (result.Problems.Count > 0)
            return await Delivery.Notify(context, "notify", AlertLevel.Warning, AlertEvents.UploadsWaiting, $"uploads are not finished: {string.Join("; ", result.Problems)}", []);
        if (result.Copies.Count + result.Delivered.Count == 0) return null;
        return await Delivery.Notify(context, "notify", AlertLevel.Info, AlertEvents.UploadsCompleted, string.Create(CultureInfo.InvariantCulture, $"{result.Delivered.Count} backups that waited are stored, and {result.Copies.Count} copies that were missing are made"), []);
    }
}

/// <summary>Starts it. A host that finds a version it does not know fails the run cleanly.</summary>
public sealed record ResumeUploadsInput(int Version = ResumeUploadsInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}
