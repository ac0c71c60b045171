using System.Globalization;
using BackupFunctions.Notifications;
using BackupFunctions.Retention;

namespace BackupFunctions.Workflows;

/// <summary>
/// Retention: removes from the manifest what no rule keeps, and takes the pins of what was removed longer ago than the grace period. Unpinning needs the repository alone: while backups are
/// made it is left to the next run, and so is what a node lacks that does not answer.
/// </summary>
public static class RetentionWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "Retention";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<RetentionResult> Run(IWorkflowContext context, RetentionInput input)
    {
        WorkflowVersion.Require(Name, input.Version, RetentionInput.CurrentVersion);
        try
        {
            return await new RetentionRun(context, "").Everything();
        }
        catch (ActivityFailedException e)
        {
            await Delivery.NotifyFailed(context, "notify", AlertLevel.Error, AlertEvents.RetentionFailed, e);
            throw;
        }
    }

    /// <summary>The part of another workflow that comes behind a recorded backup, with keys of its own. Gives what is to be said; it never fails.</summary>
    internal static async Task<IReadOnlyList<string>> AfterBackup(IWorkflowContext context)
    {
        try
        {
            var result = await new RetentionRun(context, "retention/").WhatIsDue();
            return [.. result.Problems.Select(p => $"retention: {p}"), .. result.Warnings];
        }
        catch (ActivityFailedException e)
        {
            var silent = await Delivery.NotifyFailed(context, "retention/notify", AlertLevel.Warning, AlertEvents.RetentionFailed, e);
            return [$"retention was not carried out: {e.Reason}", .. silent is null ? [] : new[] { silent }];
        }
    }
}

/// <summary>Starts it. A host that finds a version it does not know fails the run cleanly.</summary>
public sealed record RetentionInput(int Version = RetentionInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>
/// How it ended. <see cref="Removed"/> backups are not listed any more, with <see cref="RemovedBytes"/> stored for them, of which others may share; <see cref="First"/> are the first of them.
/// <see cref="Unpinned"/> of those removed before are gone from all nodes, <see cref="Waiting"/> wait for the end of their grace period, and <see cref="Pending"/> for a node or another run. Guards
/// are pins that unfinished runs had left; collected bytes are those that vaults have free again.
/// </summary>
public sealed record RetentionResult(
    int Kept, int Removed, long RemovedBytes, IReadOnlyList<RemovedBackup> First, int Unpinned, int Waiting, int Pending, int GuardsReleased, int LocalUnpinned, long CollectedBytes,
    IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings)
{
    /// <summary>In a sentence.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kept} backups stay, {Removed} are removed ({Telemetry.Human.Size(RemovedBytes)} stored for them), {Unpinned} removed before are unpinned, {Waiting} wait for the end of their grace period, {Pending} for a later run");
}
