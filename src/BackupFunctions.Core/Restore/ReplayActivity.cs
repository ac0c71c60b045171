using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>
/// Replays the oplog that the full backup and the slices after it hold. It stops some minutes later at a position that it has noted, and goes on
/// from there when it is asked again; so it does after a crash.
/// </summary>
internal sealed class ReplayActivity(RestoreSession session, MongoEndpoint target, EngineAmbient ambient) : IActivity<RestoreStep, ReplayOutcome>
{
    /// <summary>How long one turn takes, about; hosts end activities that take ten minutes.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromMinutes(6);

    /// <inheritdoc/>
    public ActivityName<RestoreStep, ReplayOutcome> Name => RestoreActivities.Replay;

    /// <inheritdoc/>
    public async Task<ReplayOutcome> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        if (await job.State.FindReplayed(cancellationToken) is { } ended) return ended;
        var topology = await Topology.Read(job.Target, cancellationToken);
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = new TurnProgress(new TargetReplayProgress(job.Target, input.Restore.ToString()), ambient.Time, Turn, turn);
        var options = new ReplayOptions
        {
            Target = job.Request.Through,
            ApplyAfter = job.Backup.Index.Snapshot,
            InexactThrough = job.Backup.Index is { Snapshot: null, Oplog: { } own } ? own.Through.Optime : null,
            Foreign = await job.State.Existing(cancellationToken),
            Filter = RestorePlan.Filter(job.Request),
            Renames = RestorePlan.Renames(job.Request),
        };
        var replayer = new OplogReplayer(job.Target, topology, options, progress, ambient.Files, ambient.Random);
        var chain = new OplogChain(session, [job.Request.Root, .. job.Request.Slices]);
        var resumed = await progress.Load(cancellationToken) is not null;
        try
        {
            var result = await replayer.Run(chain.Read(job.Request.Through, turn.Token), await Start(job, cancellationToken), null, turn.Token);
            var outcome = new ReplayOutcome(true, result.Through, result.Entries, result.Operations, result.Transactions, result.Uncommitted, result.Collections.Count, result.Views.Count, result.Warnings) { Resumed = resumed };
            await job.State.Replayed(outcome, result, job.Request.UsersAndRoles, cancellationToken);
            return outcome;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, await progress.Load(cancellationToken), 0, 0, 0, 0, 0, 0, []);
        }
    }

    // by the names of the backup, unlike the plan, which has those of the target
    private static async Task<ReplayStart> Start(RestoreJob job, CancellationToken cancellationToken)
    {
        var index = job.Backup.Index;
        return new([.. index.Collections.Where(c => !RestorePlan.HoldsUsersOrRoles(c)).Select(c => c.ToSpec())],
            await UserDocuments.Read(job.Backup, "system.users", cancellationToken), await UserDocuments.Read(job.Backup, "system.roles", cancellationToken));
    }

    // ends the turn only where a position was noted, so that every turn gets further
    private sealed class TurnProgress(IReplayProgress progress, TimeProvider time, TimeSpan length, CancellationTokenSource turn) : IReplayProgress
    {
        private readonly long _started = time.GetTimestamp();

        public Task<Optime?> Load(CancellationToken cancellationToken) => progress.Load(cancellationToken);

        public async Task Save(Optime appliedThrough, CancellationToken cancellationToken)
        {
            await progress.Save(appliedThrough, cancellationToken);
            if (time.GetElapsedTime(_started) >= length) await turn.CancelAsync();
        }
    }
}
