using System.Globalization;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;
using MongoDB.Driver;

namespace BackupFunctions.Verification.Drills;

/// <summary>
/// Restores into a scratch server, or under names of its own on a server that is set, compares, and leaves nothing behind. Whatever keeps it from that is the outcome and no failure. It is one
/// activity, since a server in this process is there for nobody else: run again, it begins anew.
/// </summary>
internal sealed class DrillActivity(Func<RestoreSession> openSession, Func<CancellationToken, Task<ScratchServer>>? scratch, string? uri, int width, EngineAmbient ambient) : IActivity<DrillRunInput, DrillRun>
{
    /// <inheritdoc/>
    public ActivityName<DrillRunInput, DrillRun> Name => DrillActivities.Run;

    /// <inheritdoc/>
    public async Task<DrillRun> Run(DrillRunInput input, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ambient.DrillLimit ?? Timeout.InfiniteTimeSpan, ambient.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var token = either.Token;
        var started = ambient.Time.GetTimestamp();
        long documents = 0, bytes = 0;
        try
        {
            await using var server = uri is null ? await Start(token) : null;
            using var target = BackupEngine.Endpoint(server?.Uri ?? uri!, SettingNames.DrillUri, ambient.Time);
            var prefix = uri is null ? null : $"drill_{input.Name}_";
            IReadOnlyList<NamespaceRename> renames = prefix is null ? [] : [new("*", $"{prefix}*")];
            var request = new RestoreRequest(input.Plan.Root, [], [], Drop: false, Force: true) { Slices = input.Plan.Slices, Through = input.Plan.Point, Renames = renames };
            using var session = openSession();
            await Remove(target, request, prefix, token);
            try
            {
                await using var pause = await TtlMonitorPause.Begin(await target.Connect(token), token);
                var context = new InProcessContext(RestoreWorkflow.Name, RestoreActivityRegistry.Create(session, target, ambient), ambient.Time, ambient.Random, null, token);
                var restored = await RestoreWorkflow.Run(context, new(request, width));
                (documents, bytes) = (restored.Documents, restored.Bytes);
                var differences = restored.Differences ?? (input.Plan.CompareWith is { } other ? await Compare(target, session, other, request, token) : null);
                return differences switch
                {
                    null => End(DrillOutcome.Replayed, null),
                    [] => End(DrillOutcome.Proven, null),
                    [var first, ..] => End(DrillOutcome.Failed, string.Create(CultureInfo.InvariantCulture, $"{differences.Count} namespaces differ from the backup: {first.Sentences[0]}")),
                };
            }
            finally
            {
                // also when somebody stopped it; what a scratch server holds goes with it
                if (prefix is not null) await Remove(target, request, prefix, CancellationToken.None);
            }
        }
        catch (Exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return End(DrillOutcome.Failed, string.Create(CultureInfo.InvariantCulture, $"it did not end within {ambient.DrillLimit!.Value.TotalMinutes} minutes, as long as this host lets one run"));
        }
        catch (Exception e) when (e is BackupException or ActivityFailedException or MongoException && !cancellationToken.IsCancellationRequested)
        {
            return End(DrillOutcome.Failed, e is ActivityFailedException failed ? failed.Reason : e.Message);
        }

        DrillRun End(DrillOutcome outcome, string? reason) => new(outcome, ambient.Time.GetElapsedTime(started), documents, bytes, reason);
    }

    private Task<ScratchServer> Start(CancellationToken cancellationToken) => scratch?.Invoke(cancellationToken)
        ?? throw new BackupException(ErrorKind.Configuration, "start a restore drill: this host has no scratch server", $"set {SettingNames.DrillUri} to a server that drills may use");

    // of this drill alone: what an earlier attempt left, and what this one has made
    private static async Task Remove(MongoEndpoint target, RestoreRequest request, string? prefix, CancellationToken cancellationToken)
    {
        if (prefix is null) return;
        await new FinishActivity(target).Run(new(RestoreId.Of(request)), cancellationToken);
        var client = (await target.Connect(cancellationToken)).Client;
        using var names = await client.ListDatabaseNamesAsync(cancellationToken);
        foreach (var name in (await names.ToListAsync(cancellationToken)).Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
            await client.DropDatabaseAsync(name, cancellationToken);
    }

    private async Task<IReadOnlyList<NamespaceDifference>> Compare(MongoEndpoint target, RestoreSession session, Cid root, RestoreRequest request, CancellationToken cancellationToken)
    {
        var index = (await session.OpenOther(root, cancellationToken)).Index;
        var connection = await target.Connect(cancellationToken);
        var differences = new List<NamespaceDifference>();
        foreach (var collection in RestorePlan.Of(index, request).Everything)
        {
            var found = await CollectionComparison.Run(connection, collection, ambient.Loggers, cancellationToken);
            if (found.Count > 0) differences.Add(new(collection.Namespace.ToString(), [.. found.Take(CompareResult.MaxDifferences)]));
        }
        return differences;
    }
}
