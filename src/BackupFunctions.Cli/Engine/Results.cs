using BackupFunctions.Backup;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Diagnosis;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Recovery;
using BackupFunctions.Restore;
using BackupFunctions.Retention;
using BackupFunctions.Telemetry;
using BackupFunctions.Transfer;
using BackupFunctions.Workflows;

namespace BackupFunctions.Cli.Engine;

/// <summary>Turns what the engine gives into what commands print.</summary>
internal static class Results
{
    public static BackupQuery Query(BackupFilter filter) => new(
        filter.Type switch
        {
            Commands.Messages.BackupType.Full => Backup.BackupType.Full,
            Commands.Messages.BackupType.Incremental => Backup.BackupType.Incremental,
            _ => null,
        },
        filter.Since, filter.Until, filter.Namespace is { } pattern ? NamespacePattern.ParseAll([pattern], "--namespace")[0] : null);

    public static TypeStatistics Statistics(ManifestStatistics s) => new(
        TypeOf(s.Type), s.Backups, s.Degraded, s.Failures, s.SuccessRate, s.Bytes, s.StoredBytes, s.NewBytes, s.CompressionRatio, s.DeduplicationRatio,
        s.MedianDuration.TotalSeconds, s.LongestDuration.TotalSeconds, s.LastSuccess);

    public static BackupSummary Summary(BackupEntry entry) => new(
        entry.Id.ToString(),
        TypeOf(entry.Type),
        entry.IsDegraded ? BackupState.Degraded : BackupState.Complete,
        entry.Started,
        entry.Completed,
        entry.Namespaces.Count,
        entry.Documents,
        entry.Bytes,
        entry.NewBytes,
        entry.Root.ToString(),
        entry.ConsistentAt?.ToString(),
        entry.Oplog?.After.ToString(),
        entry.Oplog?.Through.ToString());

    private static Commands.Messages.BackupType TypeOf(Backup.BackupType type) =>
        type == Backup.BackupType.Full ? Commands.Messages.BackupType.Full : Commands.Messages.BackupType.Incremental;

    /// <summary>The verified copies, and for a degraded backup the configured nodes that have none, each with the problem that names it.</summary>
    public static IReadOnlyList<Commands.Messages.NodeCopy> Copies(BackupEntry entry, IReadOnlyList<IIpfsNode> nodes, IReadOnlyList<string> problems)
    {
        var held = entry.CopiesByAddress().Select(c => new Commands.Messages.NodeCopy(c.Node, true, c.BlocksHashed, null));
        if (!entry.IsDegraded) return [.. held];
        var lacking = nodes.Where(n => entry.Copies.All(c => c.Node != n.Name))
            .Select(n => new Commands.Messages.NodeCopy(n.Name, false, 0, problems.FirstOrDefault(p => p.Contains(n.Name, StringComparison.Ordinal)) ?? "no verified copy was recorded"));
        return [.. held, .. lacking];
    }

    public static BackupResult Made(BackupEntry entry, IReadOnlyList<IIpfsNode> nodes, IReadOnlyList<string> problems, IReadOnlyList<string> warnings) =>
        new(Summary(entry), Copies(entry, nodes, problems), [.. problems.Concat(warnings).Distinct()]);

    public static IncrementalResult Run(IncrementalBackupResult result, IReadOnlyList<IIpfsNode> nodes)
    {
        var backups = result.Slices.Select(s => Made(s.Backup, nodes, s.Problems, [])).ToList();
        if (result.Full is { } full) backups.Add(Made(full.Backup, nodes, full.Problems, full.Warnings));
        return new(backups, result.Covered?.ToString(), result.Covered?.Optime.Time,
            [.. result.Gaps.Select(g => new FoundGap(g.After.ToString(), g.Resumes?.ToString(), Human.Word(g.Reason)))], result.Warnings);
    }

    public static ResumeResult Resumed(ResumeUploadsResult result, IReadOnlyList<IIpfsNode> nodes) => new(
        [.. result.Delivered.Select(d => Made(d.Backup, nodes, d.Problems, []))],
        [.. result.Copies.Select(c => new Commands.Messages.CompletedCopy(c.Backup.ToString(), c.Copy.Node, c.Copy.BlocksHashed))], result.Problems, result.More, result.Warnings);

    public static RecoverResult Recovered(RecoveryResult result) => new(result.Outcome, result.Repository.ToString(), result.Revision, result.Manifest.ToString(), result.CatalogRevision,
        [.. result.Merged.Select(m => m.ToString())], [.. result.Relisted.Select(b => b.Id.ToString())], result.Backups.Count, result.Backups.Count == 0 ? null : Summary(result.Backups[^1]), result.Unanswered, result.Warnings);

    public static ImportedFile Imported(string path, ImportedBlocks imported) => new(path, [], imported.Root.ToString(),
        [.. imported.Nodes.Select(n => new Commands.Messages.NodeCopy(n.Node, n.Problem is null, n.Verified, n.Problem?.Message))]);

    public static WindowsResult Windows(OplogTimeline timeline) => new(
        [.. timeline.Windows.Select(w => new WindowSummary(w.From.ToString(), w.From.Time, w.To.ToString(), w.To.Time, w.Full.Id.ToString(), [.. w.Slices.Select(s => s.Id.ToString())]))],
        [.. timeline.Gaps.Select(g => new GapSummary(g.After.ToString(), g.After.Time, g.Before?.ToString(), g.Before?.Time, g.Reason is { } reason ? Human.Word(reason) : null, g.DetectedAt))]);

    public static RestoredNamespace Restored(IndexedCollection collection, IReadOnlyList<string> differences) =>
        new(collection.Namespace.ToString(), Kind(collection.Type), collection.Documents, collection.Bytes, collection.Indexes.Count, differences);

    public static RestoredNamespace Restored(RestoredCollection collection) =>
        new(collection.Spec.Namespace.ToString(), Kind(collection.Spec.Type), collection.Documents, collection.Bytes, collection.Spec.Indexes.Count, []);

    public static NodeVerification Verification(CopyVerification copy) => new(copy.Node, copy.Pinned, copy.Blocks, copy.Hashed, copy.Missing, copy.Damaged, copy.Fault);

    public static ScrubSummary Scrub(ScrubResult result)
    {
        var copies = result.Copies.Select(c => new ScrubbedNode(c.Node, c.Slice + 1, c.Slices, c.Hashed, c.Healed, c.Repinned, c.Lost, c.Unhealed, c.Problem, c.Fault));
        return new([.. result.Affected.Select(b => b.ToString())], [.. copies]) { Warnings = result.Warnings };
    }

    public static DrillSummary Drill(DrillResult result)
    {
        var drill = result.Drill;
        return new($"{drill.Backup}", drill.Point?.ToString(), Human.Word(drill.Outcome), drill.Duration.TotalSeconds, drill.Documents, drill.Bytes, drill.Reason) { Warnings = result.Warnings };
    }

    public static ProvenRestore? LastProven(ManifestState state) => state.LastProvenDrill is { } drill ? new(drill.At, $"{drill.Backup}") : null;

    public static Commands.Messages.RetentionItem Item(Retention.RetentionItem item) =>
        new(item.Backup.Id.ToString(), TypeOf(item.Backup.Type), item.Backup.Started, item.Backup.NewBytes, item.Keep, item.Reasons);

    public static Commands.Messages.RetentionItem Item(RemovedBackup removed) => new(removed.Id.ToString(), TypeOf(removed.Type), removed.Started, removed.Bytes, false, [removed.Reason]);

    public static Commands.Messages.RetentionResult Retained(Workflows.RetentionResult result) => new(
        result.Kept, result.Removed, result.RemovedBytes, [.. result.First.Select(Item)], result.Unpinned, result.Waiting, result.Pending, result.GuardsReleased, result.LocalUnpinned, result.CollectedBytes,
        result.Problems, result.Warnings);

    public static FindingStatus Status(Severity severity) => severity switch
    {
        Severity.Ok => FindingStatus.Ok,
        Severity.Warning => FindingStatus.Warning,
        _ => FindingStatus.Failed,
    };

    /// <summary>The server's word for it.</summary>
    public static string Kind(CollectionType type) => type switch
    {
        CollectionType.View => "view",
        CollectionType.Timeseries => "timeseries",
        _ => "collection",
    };
}
