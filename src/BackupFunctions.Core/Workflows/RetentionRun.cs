using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Retention;

namespace BackupFunctions.Workflows;

/// <summary>One run of retention, under keys of its own.</summary>
internal sealed class RetentionRun(IWorkflowContext context, string prefix)
{
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];
    private readonly HashSet<int> _failed = [];
    private readonly DateTimeOffset _now = context.UtcNow;
    private int _unpinned, _pending, _guards, _local;
    private long _collected;

    /// <summary>Marks, unpins, and tidies what else there is.</summary>
    public async Task<RetentionResult> Everything()
    {
        var marked = await Mark();
        if (marked.Targets is { } targets) await Unpin(marked, targets, tidy: true);
        return await Tell(marked, always: true);
    }

    /// <summary>Marks, and goes on only where something is due: it runs behind every backup.</summary>
    public async Task<RetentionResult> WhatIsDue()
    {
        var marked = await Mark();
        if (marked is { Due: > 0, Targets: { } targets }) await Unpin(marked, targets, tidy: false);
        return await Tell(marked, always: false);
    }

    private async Task<MarkRemovedResult> Mark()
    {
        context.SetStatus(new("retention", 0, 1, 0));
        var marked = await RepositoryHold.During(context, $"{prefix}mark/", "retention", LockMode.Shared,
            hold => context.Call(RetentionActivities.MarkRemoved, $"{prefix}mark", new MarkRemovedInput(_now, hold.Holder.Fence)));
        _problems.AddRange(marked.Problems);
        return marked;
    }

    private async Task Unpin(MarkRemovedResult marked, DeliveryTargets targets, bool tidy)
    {
        try
        {
            await RepositoryHold.During(context, $"{prefix}unpin/", "retention", LockMode.Exclusive, async hold =>
            {
                await UnpinDue(hold, targets, marked.Due);
                await Tidy(targets, tidy);
                return true;
            });
        }
        catch (ActivityFailedException e) when (e.Kind == ErrorKind.Locked)
        {
            _pending = marked.Due - _unpinned;
            _warnings.Add($"nothing is unpinned while the repository is in use; the next run does it: {e.Reason}");
        }
    }

    private async Task UnpinDue(RepositoryHold hold, DeliveryTargets targets, int due)
    {
        BackupId after = default;
        for (var number = 0; ; number++)
        {
            context.SetStatus(new("unpin", _unpinned, due, 0));
            var batch = await context.Call(RetentionActivities.PlanUnpinning, Key("due", number), new PlanUnpinningInput(_now, hold.Holder.Fence, after));
            _pending += batch.Needed;
            var roots = batch.Due.Select(d => d.Root).ToList();
            if (roots.Count > 0)
            {
                foreach (var node in Places(targets)) await OnNode(node, () => context.Call(RetentionActivities.UnpinOnNode, Key($"node/{Number(node)}", number), new UnpinInput(node, roots)));
            }
            // who did not answer leaves all of them to do
            List<BackupId> gone = [.. batch.Shared, .. _failed.Count == 0 ? batch.Due.Select(d => d.Backup) : []];
            if (_failed.Count > 0) _pending += batch.Due.Count;
            if (gone.Count > 0)
            {
                var recorded = await context.Call(BackupActivities.UpdateManifest, Key("manifest", number), new RecordInput([.. gone.Select(b => new BackupUnpinned(b))], hold.Holder.Fence));
                _problems.AddRange(recorded.Problems);
                _unpinned += gone.Count;
            }
            if (batch.Next is not { } next) return;
            after = next;
        }
    }

    private async Task Tidy(DeliveryTargets targets, bool orphans)
    {
        context.SetStatus(new("tidy", 0, 1, _collected));
        if (orphans)
        {
            for (var node = 0; node < targets.Nodes; node++)
            {
                var place = node;
                await OnNode(place, async () => _guards += (await context.Call(RetentionActivities.ReleaseOrphans, Key("orphans", place), new ReleaseOrphansInput(place))).Guards);
                await OnNode(place, () => context.Call(RetentionActivities.ReleaseRevisions, Key("revisions", place), new ReleaseRevisionsInput(place)));
            }
        }
        if (targets.LocalVault) await OnNode(targets.Nodes, async () => _local += (await context.Call(RetentionActivities.TidyLocalVault, $"{prefix}local", new TidyLocalVaultInput(_now))).Unpinned);
        foreach (var place in Places(targets)) await OnNode(place, () => Collect(place));
    }

    private async Task Collect(int node)
    {
        for (var turn = 0; ; turn++)
        {
            var collected = await context.Call(RetentionActivities.CollectGarbage, Key($"collect/{Number(node)}", turn), new CollectInput(node));
            _collected += collected.Bytes;
            if (collected.Done) return;
        }
    }

    private async Task<RetentionResult> Tell(MarkRemovedResult marked, bool always)
    {
        var result = new RetentionResult(marked.Kept, marked.Removed, marked.Bytes, marked.First, _unpinned, marked.Waiting, _pending, _guards, _local, _collected, _problems, _warnings);
        // behind each slice of a continuous backup a node that is down would be alerted anew: the backup's own warnings say it
        if (!always && marked.Removed == 0 && _unpinned == 0) return result;
        var silent = _problems.Count > 0
            ? await Delivery.Notify(context, $"{prefix}notify", AlertLevel.Warning, AlertEvents.RetentionPending, $"{result}; {string.Join("; ", _problems)}", Details(result))
            : await Delivery.Notify(context, $"{prefix}notify", AlertLevel.Info, AlertEvents.RetentionCompleted, result.ToString(), Details(result));
        return silent is null ? result : result with { Warnings = [.. _warnings, silent] };
    }

    private static Dictionary<string, string> Details(RetentionResult result) => new()
    {
        ["removed"] = Number(result.Removed),
        ["unpinned"] = Number(result.Unpinned),
        ["pending"] = Number(result.Pending),
        ["guards"] = Number(result.GuardsReleased),
        ["localUnpinned"] = Number(result.LocalUnpinned),
        ["collectedBytes"] = result.CollectedBytes.ToString(CultureInfo.InvariantCulture),
    };

    private static IEnumerable<int> Places(DeliveryTargets targets) => Enumerable.Range(0, targets.Nodes + (targets.LocalVault ? 1 : 0));

    private async Task OnNode(int node, Func<Task> call)
    {
        if (_failed.Contains(node)) return;
        if (await Delivery.Try(call) is not { } problem) return;
        _failed.Add(node);
        _problems.Add(problem);
    }

    private string Key(string step, int number) => $"{prefix}{step}/{Number(number)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
