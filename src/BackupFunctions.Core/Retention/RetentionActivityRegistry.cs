using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>Adds the activities of retention to those of deliveries, which it shares.</summary>
internal static class RetentionActivityRegistry
{
    /// <summary>Adds them; <paramref name="copies"/> are the nodes, and behind them the local vault if there is one.</summary>
    public static ActivityRegistry AddTo(
        ActivityRegistry deliveries, RepositorySession session, ICatalog catalog, ManifestStore manifest, IStaging staging, IReadOnlyList<IIpfsNode> copies, DeliveryTargets targets, RetentionSettings settings)
    {
        var objects = new StagedObjects(staging, session);
        var staged = new StagedBackups(staging, objects);
        var reader = new StagedWorkReader(staged, objects);
        return deliveries
            .Add(new MarkRemovedActivity(session, manifest, reader, settings, targets))
            .Add(new PlanUnpinningActivity(manifest, reader, settings))
            .Add(new UnpinActivity(copies))
            .Add(new ReleaseOrphansActivity(session, manifest, staged, copies))
            .Add(new ReleaseRevisionsActivity(session, catalog, manifest, copies))
            .Add(new TidyLocalVaultActivity(session, manifest, reader, [.. copies.Skip(targets.Nodes)], settings))
            .Add(new CollectGarbageActivity(copies));
    }
}
