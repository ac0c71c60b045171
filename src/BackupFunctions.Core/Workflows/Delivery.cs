using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Recovery;

namespace BackupFunctions.Workflows;

/// <summary>
/// What every staged backup goes through: upload, pin and verify on every node at once, record, copy to the local vault, clean up. It is recorded when
/// at least one node holds it verified; what is staged stays until every node does.
/// </summary>
internal static class Delivery
{
    /// <summary>
    /// Delivers a backup; <paramref name="draft"/> is its entry without copies, <paramref name="before"/> what is recorded together with it.
    /// <paramref name="prefix"/> makes the keys of its calls its own. Without any verified copy it fails and records nothing.
    /// </summary>
    public static async Task<DeliveredBackup> Run(IWorkflowContext context, RepositoryHold hold, string workflow, string prefix, DeliveryTargets targets, BackupEntry draft, IReadOnlyList<ManifestChange> before)
    {
        var backup = draft.Id;
        var progress = new DeliveryProgress(context, targets.Nodes + 1);
        var seed = BitConverter.ToUInt32(context.NewId().ToByteArray());
        var copies = await Task.WhenAll(Enumerable.Range(0, targets.Nodes).Select(node => Copy(new(context, prefix, draft, node, progress), seed)));
        var verified = copies.Select(c => c.Verified).OfType<VerifyResult>().ToList();
        var problems = copies.Select(c => c.Problem).OfType<ActivityFailedException>().ToList();
        if (verified.Count == 0)
            throw new ActivityFailedException(workflow, problems[0].Kind, $"store backup {backup} on any node: {string.Join("; ", problems.Select(p => p.Reason))}",
                $"{problems[0].Hint ?? "repair a node"}; the backup waits in staging, sealed, and is stored by the next run or by `backupfn resume`", problems[0]);

        context.SetStatus(new("record", 0, 1, draft.NewBytes));
        // one that is sealed again keeps the time when it was made
        var entry = draft with { Completed = draft.Completed == default ? context.UtcNow : draft.Completed, Copies = [.. verified.Select(v => v.Copy)] };
        var recorded = await context.Call(BackupActivities.UpdateManifest, $"{prefix}manifest", new RecordInput([.. before, new BackupRecorded(entry)], hold.Holder.Fence));
        List<string?> warnings = [.. verified.Select(Healed), recorded.Warning];
        if (targets.LocalVault) warnings.Add(await Try(new NodeDelivery(context, prefix, draft, targets.Nodes, progress).FromStaging));
        if (!entry.IsDegraded) warnings.Add(await Try(() => context.Call(BackupActivities.Cleanup, $"{prefix}cleanup", new CleanupInput(backup))));
        return new(entry, recorded.Manifest, recorded.Revision, [.. problems.Select(p => p.Reason), .. recorded.Problems], [.. warnings.OfType<string>()]) { Kit = recorded.Kit };
    }

    /// <summary>What is to be said about blocks that a node had not kept as they were sent, or null.</summary>
    public static string? Healed(VerifyResult verified) =>
        verified.Healed == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{verified.Copy.Node} had not kept {verified.Healed} blocks as they were sent; they were brought from another copy; the first: {verified.Fault}");

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
            ["size"] = backup.StoredBytes.ToString(CultureInfo.InvariantCulture),
            ["duration"] = (backup.Completed - backup.Started).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture),
        };
        if (delivered.Kit is { } kit) details["kit"] = kit.ToString();
        return delivered.Problems.Count == 0
            ? Notify(context, key, AlertLevel.Info, AlertEvents.BackupCompleted, $"{kind} backup {backup.Id} is held by {backup.Copies.Count} nodes", details, kind)
            : Notify(context, key, AlertLevel.Warning, AlertEvents.BackupDegraded, $"{kind} backup {backup.Id} is held by {backup.Copies.Count} of {backup.WantedCopies} nodes: {string.Join("; ", delivered.Problems)}", details, kind);
    }

    /// <summary>Sends an alert; gives what kept it from being sent.</summary>
    public static Task<string?> Notify(IWorkflowContext context, string key, AlertLevel level, string name, string message, Dictionary<string, string> details, string? subject = null) =>
        Try(() => context.Call(BackupActivities.Notify, key, new NotifyInput(new(level, name, message, context.UtcNow, details) { Subject = subject })));

    /// <summary>Tells that a run failed, with what to do; that the nodes know more than the catalogue is an event of its own.</summary>
    public static Task<string?> NotifyFailed(IWorkflowContext context, string key, AlertLevel level, string name, ActivityFailedException failure, string? subject = null, BackupId? backup = null)
    {
        var details = new Dictionary<string, string>();
        if (failure.Hint is { } hint) details["hint"] = hint;
        if (backup is { } id) details["backupId"] = id.ToString();
        return failure.Kind == ErrorKind.Conflict
            ? Notify(context, key, AlertLevel.Error, AlertEvents.ManifestConflict, failure.Reason, details)
            : Notify(context, key, level, name, failure.Reason, details, subject);
    }

    /// <summary>Runs a body; when it fails, that is told. One that found another in its way is no failure.</summary>
    public static async Task<T> TellingFailure<T>(IWorkflowContext context, string key, AlertLevel level, string name, Func<Task<T>> body)
    {
        try
        {
            return await body();
        }
        catch (ActivityFailedException e) when (e.Kind != ErrorKind.Locked)
        {
            await NotifyFailed(context, key, level, name, e);
            throw;
        }
    }

    /// <summary>What comes after the outcome must not change it: a recorded backup stays one, and a failure keeps its own message.</summary>
    public static async Task<string?> Try(Func<Task> call)
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

    private static async Task<(VerifyResult? Verified, ActivityFailedException? Problem)> Copy(NodeDelivery delivery, uint seed)
    {
        try
        {
            await delivery.FromStaging();
            return (await delivery.Verify(seed), null);
        }
        catch (ActivityFailedException e)
        {
            return (null, e);
        }
    }
}

/// <summary>A recorded backup: the revision that lists it, what went wrong on which node, and what else to say.</summary>
public sealed record DeliveredBackup(BackupEntry Backup, Ipfs.Cid Manifest, ulong Revision, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings)
{
    /// <summary>What shortens a recovery.</summary>
    public RecoveryKit? Kit { get; init; }
}
