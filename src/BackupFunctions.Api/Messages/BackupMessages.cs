using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Messages;

/// <summary>
/// A backup. <see cref="State"/> is <c>complete</c> or <c>degraded</c> (fewer verified copies than nodes). <see cref="Bytes"/> are the documents' BSON bytes, <see cref="StoredBytes"/> the
/// sealed blocks, <see cref="NewBytes"/> those of them that were not held before. Optimes are <c>seconds:increment</c>. <see cref="Epoch"/> is that of its root key.
/// </summary>
public record BackupSummary(
    string Id, string Type, string State, string Cid, DateTimeOffset Started, DateTimeOffset Completed, string? ConsistentAt, string? OplogAfter, string? OplogThrough,
    long Documents, long Bytes, long StoredBytes, long NewBytes, int Namespaces, uint Epoch)
{
    /// <summary>Of an entry of the manifest.</summary>
    public static BackupSummary Of(BackupEntry entry) => new(
        entry.Id.ToString(), Human.Word(entry.Type), entry.IsDegraded ? "degraded" : "complete", entry.Root.ToString(), entry.Started, entry.Completed, entry.ConsistentAt?.ToString(),
        entry.Oplog?.After.ToString(), entry.Oplog?.Through.ToString(), entry.Documents, entry.Bytes, entry.StoredBytes, entry.NewBytes, entry.Namespaces.Count, entry.Epoch);
}

/// <summary>A verified copy.</summary>
public sealed record BackupCopy(string NodeId, string Node, DateTimeOffset VerifiedAt, long BlocksHashed, long Blocks);

/// <summary>A backup with its namespaces and copies.</summary>
public sealed record BackupDetail(BackupSummary Backup, IReadOnlyList<string> Namespaces, IReadOnlyList<BackupCopy> Copies, int WantedCopies)
{
    /// <summary>Of an entry of the manifest.</summary>
    public static BackupDetail Of(BackupEntry entry) => new(
        BackupSummary.Of(entry), entry.Namespaces, [.. entry.CopiesByAddress().Select(c => new BackupCopy(c.NodeId, c.Node, c.VerifiedAt, c.BlocksHashed, c.Blocks))], entry.WantedCopies);
}

/// <summary>
/// Backups, newest first; <see cref="Total"/> counts those that the query matches, of which at most <c>limit</c> are here. <see cref="LastProven"/>, whatever was asked for, is the last proven restore, null
/// when there is none yet.
/// </summary>
public sealed record BackupList(IReadOnlyList<ListedBackup> Backups, int Total, ProvenRestore? LastProven);

/// <summary>A gap of the oplog that a run found.</summary>
public sealed record GapFound(string After, string? Resumes, string Reason);

/// <summary>The output of a backup workflow: what was recorded, the entry that is covered now, gaps, and what else to say. A problem is a node without a copy.</summary>
public sealed record BackupOutput(IReadOnlyList<BackupSummary> Backups, string? CoveredThrough, IReadOnlyList<GapFound> Gaps, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings)
{
    /// <summary>Of a full backup.</summary>
    public static BackupOutput Of(FullBackupResult result) =>
        new([BackupSummary.Of(result.Backup)], result.Backup.Oplog?.Through.ToString(), [], result.Problems, result.Warnings);

    /// <summary>Of an incremental backup, and the full one that it had to make.</summary>
    public static BackupOutput Of(IncrementalBackupResult result)
    {
        var slices = result.Slices.Select(s => s.Backup);
        var all = result.Full is { } full ? slices.Append(full.Backup) : slices;
        return new([.. all.Select(BackupSummary.Of)], result.Covered?.ToString(), [.. result.Gaps.Select(g => new GapFound(g.After.ToString(), g.Resumes?.ToString(), Human.Word(g.Reason)))],
            [.. result.Slices.SelectMany(s => s.Problems), .. result.Full?.Problems ?? []], [.. result.Warnings, .. result.Full?.Warnings ?? []]);
    }
}

/// <summary>The output of ResumeUploads: the backups that were stored, how many copies were made, and whether more is left than one run looks at.</summary>
public sealed record ResumeOutput(IReadOnlyList<BackupSummary> Delivered, int Copies, bool More, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static ResumeOutput Of(ResumeUploadsResult result) =>
        new([.. result.Delivered.Select(d => BackupSummary.Of(d.Backup))], result.Copies.Count, result.More, result.Problems, result.Warnings);
}
