using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>What every activity of a restore works with, found again from its id on the target.</summary>
internal sealed record RestoreJob(MongoConnection Target, RestoreState State, RestoreRequest Request, OpenedBackup Backup, RestorePlan Plan)
{
    /// <summary>Opens the job of a restore that has begun.</summary>
    public static async Task<RestoreJob> Open(RestoreSession session, MongoEndpoint target, RestoreId id, CancellationToken cancellationToken)
    {
        var connection = await target.Connect(cancellationToken);
        var state = new RestoreState(connection, id);
        var request = await state.Request(cancellationToken);
        var backup = await session.Open(request.Root, cancellationToken);
        return new(connection, state, request, backup, RestorePlan.Of(backup.Index, request));
    }

    /// <summary>Writes to the target.</summary>
    public async Task<CollectionWriter> Writer(CancellationToken cancellationToken) => new(Target, await Topology.Read(Target, cancellationToken));

    /// <summary>A collection, or a view behind them, as it is to be in the end: as the backup has it, unless a replay changed that.</summary>
    public async Task<CollectionSpec> Spec(int at, CancellationToken cancellationToken) =>
        await State.FindReplayed(cancellationToken) is not null ? await State.Spec(at, cancellationToken) : Plan.Everything[at].ToSpec();
}
