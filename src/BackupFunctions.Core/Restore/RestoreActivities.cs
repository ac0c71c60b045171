using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Restore;

/// <summary>The activities of a restore from one session into one target.</summary>
public static class RestoreActivityRegistry
{
    /// <summary>All of them.</summary>
    public static ActivityRegistry Create(RestoreSession session, MongoEndpoint target, ILoggerFactory loggers) => new ActivityRegistry()
        .Add(new PlanRestoreActivity(session, target))
        .Add(new PrepareActivity(session, target))
        .Add(new LoadActivity(session, target))
        .Add(new BuildIndexesActivity(session, target))
        .Add(new CreateViewsActivity(session, target))
        .Add(new CompareActivity(session, target, loggers));
}

/// <summary>Checks before anything is written that the target can take the backup.</summary>
internal sealed class PlanRestoreActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreRequest, RestorePlanResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreRequest, RestorePlanResult> Name => RestoreActivities.Plan;

    /// <inheritdoc/>
    public async Task<RestorePlanResult> Run(RestoreRequest input, CancellationToken cancellationToken)
    {
        var backup = await session.Open(input.Root, cancellationToken);
        var plan = RestorePlan.Of(backup.Index, input);
        if (plan.Collections.Count + plan.Views.Count == 0)
            throw BackupException.NotFound($"restore backup {backup.Index.Backup}: no collection is selected", "check the namespace patterns; `backupfn show` lists what the backup holds");
        var connection = await target.Connect(cancellationToken);
        var topology = await Topology.Read(connection, cancellationToken);
        var source = ServerVersion.Parse(backup.Index.Server.Version);
        if (topology.Version.Major < source.Major && !input.Force)
            throw new BackupException(ErrorKind.Configuration, $"restore backup {backup.Index.Backup}: it was taken from MongoDB {source}, the target is {topology.Version}",
                "restore to the same or a newer major version, or allow it with --force");
        if (!input.Drop) await RefuseExisting(connection, plan, cancellationToken);
        return new(backup.Index.Backup, plan.Units.Count, plan.Collections.Count, plan.Views.Count, plan.Collections.Sum(c => c.Documents), plan.Collections.Sum(c => c.Bytes), plan.Warnings);
    }

    private static async Task RefuseExisting(MongoConnection connection, RestorePlan plan, CancellationToken cancellationToken)
    {
        var existing = new List<Namespace>();
        foreach (var collection in plan.Collections.Concat(plan.Views))
        {
            if (await CollectionLister.Find(connection, collection.Namespace, cancellationToken) is not null) existing.Add(collection.Namespace);
        }
        if (existing.Count == 0) return;
        var shown = string.Join(", ", existing.Take(5)) + (existing.Count > 5 ? $" and {existing.Count - 5} more" : "");
        throw new BackupException(ErrorKind.Failed, $"restore into {connection.Name}: {shown} exist already", "allow them to be dropped with --drop, or restore into another server");
    }
}

/// <summary>Drops and creates collections, with their options.</summary>
internal sealed class PrepareActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreRequest, PrepareResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreRequest, PrepareResult> Name => RestoreActivities.Prepare;

    /// <inheritdoc/>
    public async Task<PrepareResult> Run(RestoreRequest input, CancellationToken cancellationToken)
    {
        var backup = await session.Open(input.Root, cancellationToken);
        var plan = RestorePlan.Of(backup.Index, input);
        var connection = await target.Connect(cancellationToken);
        var writer = new CollectionWriter(connection, await Topology.Read(connection, cancellationToken));
        if (input.Drop)
        {
            // views first: a collection that one stands on may be dropped, but its name may be a view's now
            foreach (var view in plan.Views) await writer.Drop(view.Namespace, cancellationToken);
        }
        foreach (var collection in plan.Collections)
            await writer.Create(collection.ToSpec(), input.Drop ? ExistingCollection.Drop : ExistingCollection.ReplaceEmpty, cancellationToken);
        return new(plan.Collections.Count);
    }
}

/// <summary>Loads the files of one unit. Run again, it finds its documents there, byte for byte, and counts them as loaded.</summary>
internal sealed class LoadActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreStep, LoadResult>
{
    private const int BatchBytes = 8 * 1024 * 1024;

    /// <inheritdoc/>
    public ActivityName<RestoreStep, LoadResult> Name => RestoreActivities.Load;

    /// <inheritdoc/>
    public async Task<LoadResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var backup = await session.Open(input.Request.Root, cancellationToken);
        var unit = RestorePlan.Of(backup.Index, input.Request).Units[input.Number];
        var connection = await target.Connect(cancellationToken);
        var writer = new CollectionWriter(connection, await Topology.Read(connection, cancellationToken));
        var total = default(InsertSummary);
        foreach (var (collection, file) in unit.Files)
            total += await Load(backup, collection.ToSpec(), file, writer, cancellationToken);
        return new(total.Documents, total.Bytes, total.EmptyTimestampsReplaced);
    }

    private static async Task<InsertSummary> Load(OpenedBackup backup, CollectionSpec spec, IndexedFile file, CollectionWriter writer, CancellationToken cancellationToken)
    {
        var assembler = new DocumentAssembler();
        var batch = new List<ReadOnlyMemory<byte>>();
        var total = default(InsertSummary);
        long bytes = 0;
        await foreach (var stretch in backup.ReadFile(file, cancellationToken))
        {
            foreach (var document in assembler.Add(stretch))
            {
                batch.Add(document);
                bytes += document.Length;
            }
            if (bytes < BatchBytes) continue;
            total += await writer.Insert(spec, batch, cancellationToken, repeatable: true);
            batch.Clear();
            bytes = 0;
        }
        assembler.Finish();
        if (batch.Count > 0) total += await writer.Insert(spec, batch, cancellationToken, repeatable: true);
        return total.Documents == file.Documents
            ? total
            : throw BackupException.Corrupt($"read {file.DataPath}: it holds {total.Documents} documents, the index says {file.Documents}");
    }
}

/// <summary>Builds the indexes of one collection, after its data.</summary>
internal sealed class BuildIndexesActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreStep, IndexResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, IndexResult> Name => RestoreActivities.BuildIndexes;

    /// <inheritdoc/>
    public async Task<IndexResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var backup = await session.Open(input.Request.Root, cancellationToken);
        var spec = RestorePlan.Of(backup.Index, input.Request).Collections[input.Number].ToSpec();
        var connection = await target.Connect(cancellationToken);
        var writer = new CollectionWriter(connection, await Topology.Read(connection, cancellationToken));
        return new(spec.Indexes.Count, await writer.BuildIndexes(spec, cancellationToken));
    }
}

/// <summary>Creates the views, when all that they may stand on is there.</summary>
internal sealed class CreateViewsActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreRequest, ViewsResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreRequest, ViewsResult> Name => RestoreActivities.CreateViews;

    /// <inheritdoc/>
    public async Task<ViewsResult> Run(RestoreRequest input, CancellationToken cancellationToken)
    {
        var backup = await session.Open(input.Root, cancellationToken);
        var views = RestorePlan.Of(backup.Index, input).Views;
        var connection = await target.Connect(cancellationToken);
        var writer = new CollectionWriter(connection, await Topology.Read(connection, cancellationToken));
        foreach (var view in views) await writer.Create(view.ToSpec(), input.Drop ? ExistingCollection.Drop : ExistingCollection.Refuse, cancellationToken);
        return new(views.Count);
    }
}

/// <summary>Reads one collection or view back and compares options, indexes and the hash of every file.</summary>
internal sealed class CompareActivity(RestoreSession session, MongoEndpoint target, ILoggerFactory loggers) : IActivity<RestoreStep, CompareResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, CompareResult> Name => RestoreActivities.Compare;

    /// <inheritdoc/>
    public async Task<CompareResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var backup = await session.Open(input.Request.Root, cancellationToken);
        var plan = RestorePlan.Of(backup.Index, input.Request);
        var collection = input.Number < plan.Collections.Count ? plan.Collections[input.Number] : plan.Views[input.Number - plan.Collections.Count];
        var connection = await target.Connect(cancellationToken);
        var differences = await CollectionComparison.Run(connection, collection, loggers, cancellationToken);
        return new(differences.Count == 0 ? null : new NamespaceDifference(collection.Namespace.ToString(), [.. differences.Take(CompareResult.MaxDifferences)]));
    }
}
