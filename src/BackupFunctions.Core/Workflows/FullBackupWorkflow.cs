using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;

namespace BackupFunctions.Workflows;

/// <summary>
/// A full backup: plan, dump and seal (fan-out), assemble, then upload, pin and verify on every node at once, record, notify. It is recorded
/// when at least one node holds it verified. What is staged stays until every node holds it.
/// </summary>
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
        FullBackupResult result;
        try
        {
            result = await Back(context, input, backup, started);
        }
        catch (ActivityFailedException e)
        {
            await Notify(context, backup, (AlertLevel.Error, "backup.failed", e.Reason, []));
            throw;
        }
        return await Notify(context, backup, Success(result)) is { } silent ? result with { Warnings = [.. result.Warnings, silent] } : result;
    }

    private static async Task<(PlanResult, AssembleResult)> Stage(IWorkflowContext context, FullBackupInput input, BackupId backup, DateTimeOffset started)
    {
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(BackupActivities.Plan, "plan", new PlanInput(backup, started));

        long units = 0, bytes = 0;
        context.SetStatus(new("dump", 0, plan.Units, 0));
        await FanOut.Run([.. Enumerable.Range(0, plan.Units)], input.Width,
            unit => context.Call(BackupActivities.DumpAndEncrypt, Key("dump", unit), new DumpInput(backup, unit)),
            done => context.SetStatus(new("dump", ++units, plan.Units, bytes += done.Bytes)));

        context.SetStatus(new("assemble", 0, 1, bytes));
        return (plan, await context.Call(BackupActivities.Assemble, "assemble", new AssembleInput(backup)));
    }

    private static async Task<FullBackupResult> Back(IWorkflowContext context, FullBackupInput input, BackupId backup, DateTimeOffset started)
    {
        PlanResult plan;
        AssembleResult assembled;
        try
        {
            (plan, assembled) = await Stage(context, input, backup, started);
        }
        catch (ActivityFailedException)
        {
            // without a root nothing can go on from what is staged: it would only keep a full disk full
            await Try(() => context.Call(BackupActivities.Cleanup, "discard", new CleanupInput(backup)));
            throw;
        }

        context.SetStatus(new("upload", 0, plan.Nodes, assembled.NewBytes));
        var seed = BitConverter.ToUInt32(context.NewId().ToByteArray());
        var copies = await Task.WhenAll(Enumerable.Range(0, plan.Nodes).Select(node => Copy(context, backup, assembled, node, seed)));
        var verified = copies.Select(c => c.Copy).OfType<NodeCopy>().ToList();
        var problems = copies.Select(c => c.Problem).OfType<ActivityFailedException>().ToList();
        if (verified.Count == 0)
            throw new ActivityFailedException(Name, problems[0].Kind, $"store backup {backup} on any node: {string.Join("; ", problems.Select(p => p.Reason))}",
                problems[0].Hint ?? "what was dumped is staged, sealed; repair a node and run again", problems[0]);

        context.SetStatus(new("record", 0, 1, assembled.NewBytes));
        var entry = new BackupEntry(backup, BackupType.Full, assembled.Root, assembled.Epoch, started, context.UtcNow, plan.StartOptime, null, null,
            assembled.Documents, assembled.Bytes, assembled.StoredBytes, assembled.NewBytes, assembled.Namespaces, verified, plan.Nodes);
        var recorded = await context.Call(BackupActivities.UpdateManifest, "manifest", new RecordInput(entry));
        var warnings = plan.Warnings.ToList();
        if (!entry.IsDegraded && await Try(() => context.Call(BackupActivities.Cleanup, "cleanup", new CleanupInput(backup))) is { } left) warnings.Add(left);
        return new(entry, recorded.Manifest, recorded.Revision, [.. problems.Select(p => p.Reason), .. recorded.Problems], warnings);
    }

    private static async Task<(NodeCopy? Copy, ActivityFailedException? Problem)> Copy(
        IWorkflowContext context, BackupId backup, AssembleResult assembled, int node, uint seed)
    {
        try
        {
            var input = new NodeInput(backup, assembled.Root, node);
            await context.Call(BackupActivities.UploadToNode, Key("upload", node), input);
            await context.Call(BackupActivities.PinOnNode, Key("pin", node), input);
            return (await context.Call(BackupActivities.VerifyNode, Key("verify", node), new VerifyInput(backup, assembled.Root, node, seed)), null);
        }
        catch (ActivityFailedException e)
        {
            return (null, e);
        }
    }

    private static (AlertLevel, string, string, Dictionary<string, string>) Success(FullBackupResult result)
    {
        var backup = result.Backup;
        var details = new Dictionary<string, string>
        {
            ["root"] = backup.Root.ToString(),
            ["manifest"] = result.Manifest.ToString(),
            ["revision"] = result.Revision.ToString(CultureInfo.InvariantCulture),
        };
        return result.Problems.Count == 0
            ? (AlertLevel.Info, "backup.completed", $"full backup {backup.Id} is held by {backup.Copies.Count} nodes", details)
            : (AlertLevel.Warning, "backup.degraded", $"full backup {backup.Id} is held by {backup.Copies.Count} of {backup.WantedCopies} nodes: {string.Join("; ", result.Problems)}", details);
    }

    private static Task<string?> Notify(IWorkflowContext context, BackupId backup, (AlertLevel Level, string Event, string Message, Dictionary<string, string> Details) alert)
    {
        alert.Details["backupId"] = backup.ToString();
        return Try(() => context.Call(BackupActivities.Notify, "notify", new NotifyInput(new(alert.Level, alert.Event, alert.Message, context.UtcNow, alert.Details))));
    }

    // what comes after the outcome must not change it: a recorded backup stays one, and a failure keeps its own message
    private static async Task<string?> Try<TResult>(Func<Task<TResult>> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (ActivityFailedException e)
        {
            return e.Message;
        }
    }

    private static string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{step}/{number}");
}
