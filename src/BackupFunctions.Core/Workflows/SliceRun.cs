using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;

namespace BackupFunctions.Workflows;

/// <summary>
/// The slices of one incremental backup, one after the other, behind those that waited in staging. While no node takes them they go on to staging, where
/// the chain stays whole, and the run fails in the end.
/// </summary>
internal sealed class SliceRun(IWorkflowContext context, IncrementalBackupInput input)
{
    private readonly List<DeliveredBackup> _slices = [];
    private readonly List<GapRecorded> _gaps = [];
    private readonly List<ManifestChange> _unrecorded = [];
    private readonly List<string> _warnings = [];
    private RepositoryHold? _hold;
    private OplogMark? _covered;
    private ActivityFailedException? _waiting;
    private BackupId? _unassembled;
    private int _captures;

    /// <summary>Whether nothing was there that a slice could continue.</summary>
    public bool NeedsFull { get; private set; }

    public IncrementalBackupResult Result(FullBackupResult? full) => new(_slices, full?.Backup.Oplog?.Through ?? _covered, _gaps, full, _warnings);

    /// <summary>Runs under the lock; gives how many slices were recorded.</summary>
    public async Task<int> Run(RepositoryHold hold)
    {
        try
        {
            return await RunAll(hold);
        }
        catch (Exception e) when (e is ActivityFailedException or OperationCanceledException)
        {
            // without a root nothing can go on from what is staged
            if (_unassembled is { } backup) await Discard(backup);
            throw;
        }
    }

    private async Task<int> RunAll(RepositoryHold hold)
    {
        _hold = hold;
        var resumption = new Resumption(context, hold, IncrementalBackupWorkflow.Name, "staged/");
        await resumption.DeliverStaged(copies: false);
        _slices.AddRange(resumption.Delivered.Where(d => d.Backup.Type == BackupType.Incremental));
        _warnings.AddRange(resumption.Warnings);
        _waiting = resumption.Failure;
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(BackupActivities.PlanIncremental, "plan/incremental", new IncrementalPlanInput(context.UtcNow));
        if (plan.Waiting > 0 && _waiting is null) Warn("what another run has staged is not stored yet; that run, or one that follows when it has ended, stores it");
        var tips = plan.Tips.ToList();
        var fallback = plan.Fallback;
        for (var more = true; more && (tips.Count > 0 || fallback is not null);)
        {
            if (tips.Count == 0) (tips, fallback) = ([new(fallback!, fallback!)], null);
            var stop = tips.Count > 1 ? tips[1].Covered : null;
            var (backup, started, captured) = await Capture(tips[0].Covered, stop);
            if (captured.Gap is { } gap)
            {
                var isTold = !tips.Any(t => t.Covered == gap.Missing && t.IsOptional);
                tips.RemoveAll(t => t.Covered == gap.Missing);
                // what comes before it would lead to it again
                if (gap.Reason == OplogGapReason.NotReplayable && fallback?.Optime <= gap.Missing.Optime) fallback = null;
                await Discard(backup);
                if (isTold) await Lost(gap, tips.FirstOrDefault()?.Covered ?? fallback);
                continue;
            }
            _covered = captured.Through;
            if (captured.Changes) await Deliver(plan, backup, started, tips[0].Continues);
            else await Cover(backup, captured, plan.CoverageIsDue);
            tips[0] = new(captured.Through, captured.Changes ? captured.Through : tips[0].Continues);
            if (captured.Through == stop) tips.RemoveAt(0);
            else more = captured.More || captured.Barrier is not null;
        }
        if (_waiting is not null) throw _waiting;
        NeedsFull = tips.Count == 0;
        await Record();
        _warnings.AddRange(await new SliceMerge(context, hold, plan.Targets).Run(plan.Merges));
        return _slices.Count;
    }

    private async Task<(BackupId, DateTimeOffset, CaptureResult)> Capture(OplogMark after, OplogMark? stop)
    {
        var started = context.UtcNow;
        var backup = BackupId.At(started, context.NewId());
        _unassembled = backup;
        context.SetStatus(new("oplog", _slices.Count, 0, 0));
        var limits = new OplogLimits(input.MaxBytes, stop is null ? input.Wait : default, stop);
        return (backup, started, await context.Call(BackupActivities.CaptureOplog, Key("capture", _captures++), new CaptureInput(backup, 0, after, limits)));
    }

    private async Task Deliver(IncrementalPlanResult plan, BackupId backup, DateTimeOffset started, OplogMark continues)
    {
        var prefix = $"{Key("slice", _captures)}/";
        List<ManifestChange> before = [.. _unrecorded];
        await _hold!.Claim(backup);
        var draft = await context.Call(BackupActivities.Assemble, $"{prefix}assemble", new AssembleInput(backup, 1, new(started, plan.Server, continues), before));
        _unassembled = null;
        // staged with the slice, so that they cannot be lost any more
        _unrecorded.Clear();
        // recorded in order: behind a slice that waits, the next ones wait too
        if (_waiting is not null) return;
        try
        {
            _slices.Add(await Delivery.Run(context, _hold, IncrementalBackupWorkflow.Name, prefix, plan.Targets, draft, before));
        }
        catch (ActivityFailedException e)
        {
            _waiting = e;
            return;
        }
        _warnings.AddRange(_slices[^1].Warnings);
        Warn(await Delivery.Announce(context, $"{prefix}notify", "incremental", _slices[^1]));
    }

    private async Task Cover(BackupId backup, CaptureResult captured, bool due)
    {
        await Discard(backup);
        // a gap is recorded together with what follows it, and begins where what is recorded ends
        if (captured.Through != captured.After && (due || captured.Barrier is not null || _unrecorded.Count > 0)) _unrecorded.Add(new CoverageAdvanced(captured.After, captured.Through, context.UtcNow));
        await Record();
    }

    private async Task Lost(OplogGap gap, OplogMark? next)
    {
        var recorded = new GapRecorded(gap.Missing, next, gap.Reason, context.UtcNow);
        _gaps.Add(recorded);
        _unrecorded.Add(recorded);
        var goesOn = next is null ? "a new full backup is started" : $"the chain goes on behind {next}";
        Warn(await Delivery.Notify(context, Key("notify/gap", _gaps.Count), AlertLevel.Error, AlertEvents.OplogGap, $"{gap}: {goesOn}", new()
        {
            ["after"] = gap.Missing.ToString(),
            ["reason"] = Telemetry.Human.Word(gap.Reason),
        }));
    }

    private async Task Record()
    {
        if (_unrecorded.Count == 0 || _waiting is not null) return;
        var recorded = await context.Call(BackupActivities.UpdateManifest, Key("manifest/oplog", _captures), new RecordInput([.. _unrecorded], _hold!.Holder.Fence));
        _warnings.AddRange(recorded.Problems);
        _unrecorded.Clear();
    }

    private async Task Discard(BackupId backup)
    {
        _unassembled = null;
        Warn(await Delivery.Try(() => context.Call(BackupActivities.Cleanup, Key("discard", _captures), new CleanupInput(backup))));
    }

    private void Warn(string? problem)
    {
        if (problem is not null) _warnings.Add(problem);
    }

    private static string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{step}/{number}");
}
