using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;

namespace BackupFunctions.Workflows;

/// <summary>A full backup: plan, dump and seal (fan-out), capture the oplog that was written meanwhile, assemble, deliver, notify.</summary>
public static class FullBackupWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "FullBackup";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<FullBackupResult> Run(IWorkflowContext context, FullBackupInput input)
    {
        if (input.Version != FullBackupInput.CurrentVersion)
            throw new ActivityFailedException(Name, ErrorKind.Failed, $"start the workflow: version {input.Version} is unknown, this host runs {FullBackupInput.CurrentVersion}", "start it again");
        var started = context.UtcNow;
        var backup = BackupId.At(started, context.NewId());
        DeliveredBackup delivered;
        IReadOnlyList<string> warnings;
        try
        {
            var (plan, assembled) = await StageOrDiscard(context, input, backup, started);
            var draft = new BackupEntry(backup, BackupType.Full, assembled.Root, assembled.Epoch, started, started, plan.StartOptime, assembled.Oplog?.Through.Optime, assembled.Oplog,
                assembled.Documents, assembled.Bytes, assembled.StoredBytes, assembled.NewBytes, assembled.Namespaces, [], plan.Nodes);
            delivered = await Delivery.Run(context, Name, "", plan.Nodes, draft, []);
            warnings = plan.Warnings;
        }
        catch (ActivityFailedException e)
        {
            await Delivery.Notify(context, "notify", AlertLevel.Error, "backup.failed", e.Reason, new() { ["backupId"] = backup.ToString() });
            throw;
        }
        var silent = await Delivery.Announce(context, "notify", "full", delivered);
        return new(delivered.Backup, delivered.Manifest, delivered.Revision, delivered.Problems, [.. warnings, .. delivered.Warnings, .. silent is null ? [] : new[] { silent }]);
    }

    private static async Task<(PlanResult, AssembleResult)> StageOrDiscard(IWorkflowContext context, FullBackupInput input, BackupId backup, DateTimeOffset started)
    {
        try
        {
            return await Stage(context, input, backup, started);
        }
        catch (ActivityFailedException)
        {
            // without a root nothing can go on from what is staged: it would only keep a full disk full
            await Delivery.Try(() => context.Call(BackupActivities.Cleanup, "discard", new CleanupInput(backup)));
            throw;
        }
    }

    private static async Task<(PlanResult, AssembleResult)> Stage(IWorkflowContext context, FullBackupInput input, BackupId backup, DateTimeOffset started)
    {
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(BackupActivities.Plan, "plan", new PlanInput(backup, started));

        long units = 0, bytes = 0;
        context.SetStatus(new("dump", 0, plan.Units, 0));
        await FanOut.Run([.. Enumerable.Range(0, plan.Units)], input.Width,
            unit => context.Call(BackupActivities.DumpAndEncrypt, string.Create(CultureInfo.InvariantCulture, $"dump/{unit}"), new DumpInput(backup, unit)),
            done => context.SetStatus(new("dump", ++units, plan.Units, bytes += done.Bytes)));

        var parts = 0;
        if (plan.OplogStart is { } start)
        {
            context.SetStatus(new("oplog", 0, 1, bytes));
            var captured = await context.Call(BackupActivities.CaptureOplog, "oplog", new CaptureInput(backup, parts++, start, new()));
            if (captured.Gap is { } gap)
                throw new ActivityFailedException(BackupActivities.CaptureOplog.Name, ErrorKind.OplogGap, $"capture the oplog of the backup: {gap}", "make the oplog larger (replSetResizeOplog) than what is written during a backup");
        }

        context.SetStatus(new("assemble", 0, 1, bytes));
        return (plan, await context.Call(BackupActivities.Assemble, "assemble", new AssembleInput(backup, parts, null)));
    }
}
