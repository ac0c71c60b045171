using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Checks before anything is written that the target can take the backup, and begins there.</summary>
internal sealed class PlanRestoreActivity(RestoreSession session, MongoEndpoint target) : IActivity<PlanRestoreInput, RestorePlanResult>
{
    /// <inheritdoc/>
    public ActivityName<PlanRestoreInput, RestorePlanResult> Name => RestoreActivities.Plan;

    /// <inheritdoc/>
    public async Task<RestorePlanResult> Run(PlanRestoreInput input, CancellationToken cancellationToken)
    {
        var request = input.Request;
        var backup = await session.Open(request.Root, cancellationToken);
        if (backup.Index.Type != BackupType.Full) throw RestoreChoice.NotFull(backup.Index.Backup, request.Root);
        var plan = RestorePlan.Of(backup.Index, request);
        var connection = await target.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        var source = ServerVersion.Parse(backup.Index.Server.Version);
        if (topology.Version.Major < source.Major && !request.Force)
            throw new BackupException(ErrorKind.Configuration, $"restore backup {backup.Index.Backup}: it was taken from MongoDB {source}, the target is {topology.Version}",
                "restore to the same or a newer major version, or allow it (`force`, on the command line `--force`)");

        var id = RestoreId.Of(request);
        var state = new RestoreState(connection, id);
        if ((!request.Drop || request.MayDrop is not null) && !await state.HasBegun(cancellationToken))
        {
            var existing = await CollectionLister.Names(connection, cancellationToken);
            if (!request.Drop) RefuseExisting(connection, plan, existing);
            // the oplog may come to create others, or to rename to them
            if (plan.Replays) await state.Found([.. existing.Except(request.MayDrop ?? [])], cancellationToken);
        }
        var warnings = plan.Warnings.ToList();
        if (plan.Collections.Any(Expires) && await TtlMonitorPause.IsOn(connection, cancellationToken) != false)
            warnings.Add("documents that are older than a TTL index allows may be deleted meanwhile, and the comparison then tells of them: pausing that on the target takes the role hostManager, and a command or `serve`");
        if (await state.Begin(request, input.At, cancellationToken) is { } begun)
            warnings.Add($"goes on with the same restore, which was begun at {begun:yyyy-MM-dd HH:mm:ss} UTC and not ended; drop {state.Name} on the target to start over");
        return new(id, backup.Index.Backup, plan.Units.Count, plan.Collections.Count, plan.Views.Count, plan.Collections.Sum(c => c.Documents), plan.Collections.Sum(c => c.Bytes), plan.Replays, warnings);
    }

    private static bool Expires(IndexedCollection collection) =>
        collection.Indexes.Any(i => i.Contains("expireAfterSeconds")) || collection.Options.Contains("expireAfterSeconds");

    private static void RefuseExisting(MongoConnection connection, RestorePlan plan, IReadOnlyList<Namespace> present)
    {
        var existing = plan.Everything.Select(c => c.Namespace).Intersect(present).ToList();
        if (existing.Count == 0) return;
        var shown = string.Join(", ", existing.Take(5)) + (existing.Count > 5 ? $" and {existing.Count - 5} more" : "");
        throw new BackupException(ErrorKind.Failed, $"restore into {connection.Name}: {shown} exist already", "allow them to be dropped (`drop`, on the command line `--drop`), or restore into another server");
    }
}
