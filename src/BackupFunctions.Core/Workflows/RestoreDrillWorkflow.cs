using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Verification.Drills;

namespace BackupFunctions.Workflows;

/// <summary>Restores a backup, or a point in time, for trial: what it comes to is recorded and told. A drill that fails is a result and no failure of the run.</summary>
public static class RestoreDrillWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "RestoreDrill";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<DrillResult> Run(IWorkflowContext context, DrillInput input)
    {
        WorkflowVersion.Require(Name, input.Version, DrillInput.CurrentVersion);
        return await Delivery.TellingFailure(context, "notify/failed", AlertLevel.Error, AlertEvents.DrillFailed, () => Drill(context, input));
    }

    private static async Task<DrillResult> Drill(IWorkflowContext context, DrillInput input)
    {
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(DrillActivities.Plan, "plan", new PlanDrillInput(input.At, context.NewId()));
        context.SetStatus(new("restore", 0, 1, 0, $"backup {plan.Backup}"));
        var run = await context.Call(DrillActivities.Run, "drill", new DrillRunInput(plan, context.NewId().ToString("N", CultureInfo.InvariantCulture)[..8]));
        var drill = new DrillRecorded(context.UtcNow, plan.Backup, plan.Point, run.Outcome, run.Duration, run.Documents, run.Bytes, run.Reason);
        context.SetStatus(new("record", 1, 1, run.Bytes));
        var problems = await RepositoryHold.During(context, "", "a restore drill", LockMode.Shared, async hold =>
            (await context.Call(BackupActivities.UpdateManifest, "manifest", new RecordInput([drill], hold.Holder.Fence))).Problems);
        var result = new DrillResult(drill, problems);
        return await Tell(context, drill) is { } silent ? result with { Warnings = [.. problems, silent] } : result;
    }

    private static Task<string?> Tell(IWorkflowContext context, DrillRecorded drill)
    {
        var details = new Dictionary<string, string> { ["backupId"] = $"{drill.Backup}" };
        return drill.Outcome == DrillOutcome.Failed
            ? Delivery.Notify(context, "notify", AlertLevel.Error, AlertEvents.DrillFailed, $"restore drill of backup {drill.Backup}: {drill.Reason}", details)
            : Delivery.Notify(context, "notify", AlertLevel.Info, AlertEvents.DrillCompleted, string.Create(CultureInfo.InvariantCulture,
                $"restore drill of backup {drill.Backup}: {drill.Documents} documents restored, {(drill.Outcome == DrillOutcome.Proven ? "compared and equal" : "replayed, not compared")}"), details);
    }
}

/// <summary>Starts a restore drill to a point in time as <see cref="RestorePoint.Parse"/> reads it; null: to one that chance chooses.</summary>
public sealed record DrillInput(string? At, int Version = DrillInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>What was recorded, and what else to say.</summary>
public sealed record DrillResult(DrillRecorded Drill, IReadOnlyList<string> Warnings);
