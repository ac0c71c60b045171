using System.Buffers.Binary;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification.Drills;

/// <summary>
/// Chooses what a drill restores: a full backup by itself, or a point of a restorable window. Where a full backup follows that point within reach, and was read as of one cluster time, the replay goes
/// on to that time: what is there then can be compared.
/// </summary>
internal sealed class PlanDrillActivity(ManifestStore manifest, Func<RestoreSession> openSession) : IActivity<PlanDrillInput, DrillPlan>
{
    /// <inheritdoc/>
    public ActivityName<PlanDrillInput, DrillPlan> Name => DrillActivities.Plan;

    /// <inheritdoc/>
    public async Task<DrillPlan> Run(PlanDrillInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.Load(cancellationToken);
        var timeline = OplogTimeline.Of(state);
        using var session = openSession();
        if (input.At is { } at) return await ToPoint(state, timeline.Find(RestorePoint.Parse(at, "--at")), null, session, cancellationToken);

        var fulls = state.Backups.Where(b => b.Type == BackupType.Full).ToList();
        if (fulls.Count == 0) throw BackupException.NotFound("choose a backup for a restore drill: there is none yet", "make one with `backupfn backup full`");
        Span<byte> seed = stackalloc byte[16];
        input.Seed.TryWriteBytes(seed);
        var (coin, place, moment) = (seed[0] & 1, BinaryPrimitives.ReadUInt32LittleEndian(seed[1..]), BinaryPrimitives.ReadUInt64LittleEndian(seed[8..]));
        if (coin == 0 || timeline.Windows.Count == 0)
        {
            var full = fulls[(int)(place % (uint)fulls.Count)];
            return new(full.Id, full.Root, [], null, null);
        }
        var window = timeline.Windows[(int)(place % (uint)timeline.Windows.Count)];
        var path = timeline.Find(RestorePoint.At(Within(window, moment)));
        var (end, compareWith) = await NextSnapshot(state, timeline, path, session, cancellationToken);
        return await ToPoint(state, end ?? path, compareWith, session, cancellationToken);
    }

    private static Optime Within(RestorableWindow window, ulong random)
    {
        var (from, to) = (Number(window.From), Number(window.To));
        var at = from + (to - from < ulong.MaxValue ? random % (to - from + 1) : random);
        return new((uint)(at >> 32), (uint)at);

        static ulong Number(Optime optime) => ((ulong)optime.Seconds << 32) | optime.Increment;
    }

    // what cannot be opened is no reason not to drill: it is found by a scrub, or by a drill of its own
    private static async Task<(RestorePath? Path, Ipfs.Cid? Root)> NextSnapshot(
        ManifestState state, OplogTimeline timeline, RestorePath path, RestoreSession session, CancellationToken cancellationToken)
    {
        var next = state.Backups.Where(b => b.Type == BackupType.Full && b.Id != path.Full.Id && b.ConsistentAt >= path.Point.Latest).MinBy(b => b.ConsistentAt);
        if (next is null) return default;
        try
        {
            var there = timeline.Find(RestorePoint.At(next.ConsistentAt!), path.Full);
            var index = (await session.OpenOther(next.Root, cancellationToken)).Index;
            if (index.Snapshot == next.ConsistentAt) return (there, next.Root);
        }
        catch (BackupException)
        {
            // then nothing is compared
        }
        return default;
    }

    private static async Task<DrillPlan> ToPoint(ManifestState state, RestorePath path, Ipfs.Cid? compareWith, RestoreSession session, CancellationToken cancellationToken)
    {
        var chosen = await RestoreChoice.Find(new(path.Full.Id.ToString(), path.Point, []), state, session, cancellationToken);
        return new(path.Full.Id, chosen.Root, chosen.Slices, chosen.Through, compareWith);
    }
}
