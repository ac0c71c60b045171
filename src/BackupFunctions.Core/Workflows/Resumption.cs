using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;

namespace BackupFunctions.Workflows;

/// <summary>What earlier runs left to do, done before something new is begun. MongoDB is not asked.</summary>
internal sealed class Resumption(IWorkflowContext context, RepositoryHold hold, string workflow, string prefix)
{
    private const int CopiesPerRecord = 64;

    private readonly List<DeliveredBackup> _delivered = [];
    private readonly List<CompletedCopy> _copies = [];
    private readonly List<CopyRecorded> _unrecorded = [];
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];
    private ResumePlan? _plan;
    private int _records;

    /// <summary>Backups that were stored now, oldest first.</summary>
    public IReadOnlyList<DeliveredBackup> Delivered => _delivered;

    /// <summary>What kept the others in staging, when there are others.</summary>
    public ActivityFailedException? Failure { get; private set; }

    /// <summary>What to say beside it.</summary>
    public IReadOnlyList<string> Warnings => [.. _warnings, .. _problems];

    public ResumeUploadsResult Result => new(_delivered, _copies, _problems, _plan?.More ?? false, _warnings);

    /// <summary>
    /// Stores what waits in staging, in order, up to the first backup that no node takes. With <paramref name="copies"/> it also finds out which copies are missing,
    /// for <see cref="CompleteCopies"/>.
    /// </summary>
    public async Task DeliverStaged(bool copies)
    {
        _plan = await context.Call(BackupActivities.PlanResume, $"{prefix}plan", new ResumePlanInput(context.UtcNow, hold.Holder.Id, copies));
        _warnings.AddRange(_plan.Warnings);
        _problems.AddRange(_plan.Unreachable);
        try
        {
            foreach (var staged in _plan.Staged)
            {
                var number = Number(_delivered.Count);
                await hold.Claim(staged.Entry.Id);
                var delivered = await Delivery.Run(context, hold, workflow, $"{prefix}staged/{number}/", _plan.Targets, staged.Entry, staged.Before);
                _delivered.Add(delivered);
                _warnings.AddRange(delivered.Warnings);
                if (await Delivery.Announce(context, $"{prefix}notify/{number}", Telemetry.Human.Word(staged.Entry.Type), delivered) is { } silent) _warnings.Add(silent);
            }
        }
        catch (ActivityFailedException e)
        {
            Failure = e;
            _problems.Add(e.Reason);
        }
    }

    /// <summary>Makes the copies that recorded backups lack. A node that fails is not tried again in this run.</summary>
    public async Task CompleteCopies()
    {
        var failed = new HashSet<int>();
        var number = 0;
        foreach (var missing in _plan!.Missing)
        {
            number++;
            if (failed.Contains(missing.Node)) continue;
            try
            {
                await Complete(missing, $"{prefix}copy/{Number(number)}/");
            }
            catch (ActivityFailedException e)
            {
                failed.Add(missing.Node);
                _problems.Add($"backup {missing.Backup.Id}: {e.Reason}");
            }
            if (_unrecorded.Count >= CopiesPerRecord) await Record();
        }
        await Record();
    }

    private async Task Complete(MissingCopy missing, string keys)
    {
        var delivery = new NodeDelivery(context, keys, missing.Backup, missing.Node, new(context, _plan!.Targets.Nodes));
        if (missing.Staged) await delivery.FromStaging();
        else await delivery.FromOtherCopies();
        var verified = await delivery.Verify(BitConverter.ToUInt32(context.NewId().ToByteArray()));
        if (Delivery.Healed(verified) is { } healed) _warnings.Add(healed);
        _unrecorded.Add(new(missing.Backup.Id, verified.Copy));
        _copies.Add(new(missing.Backup.Id, verified.Copy));
        if (!missing.Staged || !missing.Last) return;
        await Record();
        if (await Delivery.Try(() => context.Call(BackupActivities.Cleanup, $"{keys}cleanup", new CleanupInput(missing.Backup.Id))) is { } left) _warnings.Add(left);
    }

    private async Task Record()
    {
        if (_unrecorded.Count == 0) return;
        var recorded = await context.Call(BackupActivities.UpdateManifest, $"{prefix}manifest/{Number(_records++)}", new RecordInput([.. _unrecorded], hold.Holder.Fence));
        _problems.AddRange(recorded.Problems);
        _unrecorded.Clear();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A copy that a recorded backup lacked and has now.</summary>
public sealed record CompletedCopy(BackupId Backup, NodeCopy Copy);

/// <summary>
/// What was stored and copied, what kept the rest from it, and whether more is left than one run looks at.
/// </summary>
public sealed record ResumeUploadsResult(
    IReadOnlyList<DeliveredBackup> Delivered, IReadOnlyList<CompletedCopy> Copies, IReadOnlyList<string> Problems, bool More, IReadOnlyList<string> Warnings);
