using BackupFunctions.Mongo;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Restore;

/// <summary>Reads one collection or view back and compares options, indexes and the hash of every file.</summary>
internal sealed class CompareActivity(RestoreSession session, MongoEndpoint target, ILoggerFactory loggers) : IActivity<RestoreStep, CompareResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, CompareResult> Name => RestoreActivities.Compare;

    /// <inheritdoc/>
    public async Task<CompareResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        var collection = job.Plan.Everything[input.Number];
        var differences = await CollectionComparison.Run(job.Target, collection, loggers, cancellationToken);
        return new(differences.Count == 0 ? null : new NamespaceDifference(collection.Namespace.ToString(), [.. differences.Take(CompareResult.MaxDifferences)]));
    }
}
