using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;

namespace BackupFunctions.Workflows;

/// <summary>
/// What every backup does with its assembled root: upload, pin and verify on every node at once, record, clean up. It is recorded when at
/// least one node holds it verified; what is staged stays until every node does.
/// </summary>
internal static class Delivery
{
    /// <summary>
    /// Delivers a backup; <paramref name="draft"/> is its entry without copies, <paramref name="before"/> what is recorded together with it.
    /// <paramref name="prefix"/> makes the keys of its calls its own. Without any verified copy it fails and records nothing.
    /// </summary>
    public static async Task<DeliveredBackup> Run(IWorkflowContext context, string workflow, string prefix, int nodes, BackupEntry draft, IReadOnlyList<ManifestChange> before)
    {
        var backup = draft.Id;
        context.SetStatus(new("upload", 0, nodes, draft.NewBytes));
        var seed = BitConverter.ToUInt32(context.NewId().ToByteArray());
        var copies = await Task.WhenAll(Enumerable.Range(0, nodes).Select(node => Copy(context, prefix, draft, node, seed)));
        var verified = copies.Select(c => c.Copy).OfType<NodeCopy>().ToList();
        var problems = copies.Select(c => c.Problem).OfType<ActivityFailedException>().ToList();
        if (verified.Count == 0)
            throw new ActivityFailedException(workflow, problems[0].Kind, $"store backup {backup} on any node: {string.Join("; ", problems.Select(p => p.Reason))}",
                problems[0].Hint ?? "what was dumped is staged, sealed; repair a node and run again", problems[0]);

        context.SetStatus(new("record", 0, 1, draft.NewBytes));
        var entry = draft with { Completed = context.UtcNow, Copies = verified };
        var recorded = await context.Call(BackupActivities.UpdateManifest, $"{prefix}manifest", new RecordInput([.. before, new BackupRecorded(entry)]));
        var left = entry.IsDegraded ? null : await Try(() => context.Call(BackupActivities.Cleanup, $"{prefix}cleanup", new CleanupInput(backup)));
        return new(entry, recorded.Manifest, recorded.Revision, [.. problems.Select(p => p.Reason), .. recorded.Problems], left is null ? [] : [left]);
    }

    /// <summary>Tells how a delivery ended; gives what kept it from being told.</summary>
    public static Task<string?> Announce(IWorkflowContext context, string key, string kind, DeliveredBackup delivered)
    {
        var backup = delivered.Backup;
        var details = new Dictionary<string, string>
        {
            ["root"] = backup.Root.ToString(),
            ["manifest"] = delivered.Manifest.ToString(),
            ["revision"] = delivered.Revision.ToString(CultureInfo.InvariantCulture),
            ["backupId"] = backup.Id.ToString(),
        };
        return delivered.Problems.Count == 0
            ? Notify(context, key, AlertLevel.Info, "backup.completed", $"{kind} backup {backup.Id} is held by {backup.Copies.Count} nodes", details)
            : Notify(context, key, AlertLevel.Warning, "backup.degraded", $"{kind} backup {backup.Id} is held by {backup.Copies.Count} of {backup.WantedCopies} nodes: {string.Join("; ", delivered.Problems)}", details);
    }

    /// <summary>Sends an alert; gives what kept it from being sent.</summary>
    public static Task<string?> Notify(IWorkflowContext context, string key, AlertLevel level, string name, string message, Dictionary<string, string> details) =>
        Try(() => context.Call(BackupActivities.Notify, key, new NotifyInput(new(level, name, message, context.UtcNow, details))));

    /// <summary>What comes after the outcome must not change it: a recorded backup stays one, and a failure keeps its own message.</summary>
    public static async Task<string?> Try<TResult>(Func<Task<TResult>> call)
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

    private static async Task<(NodeCopy? Copy, ActivityFailedException? Problem)> Copy(IWorkflowContext context, string prefix, BackupEntry draft, int node, uint seed)
    {
        try
        {
            var input = new NodeInput(draft.Id, draft.Root, node);
            await context.Call(BackupActivities.UploadToNode, Key("upload"), input);
            await context.Call(BackupActivities.PinOnNode, Key("pin"), input);
            return (await context.Call(BackupActivities.VerifyNode, Key("verify"), new VerifyInput(draft.Id, draft.Root, node, seed)), null);
        }
        catch (ActivityFailedException e)
        {
            return (null, e);
        }

        string Key(string step) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{step}/{node}");
    }
}

/// <summary>A recorded backup: the revision that lists it, what went wrong on which node, and what else to say.</summary>
public sealed record DeliveredBackup(BackupEntry Backup, Ipfs.Cid Manifest, ulong Revision, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings);
