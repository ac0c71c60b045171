using BackupFunctions.Restore;

namespace BackupFunctions.Api.Messages;

/// <summary>A namespace that would be restored, under the name that it gets.</summary>
public sealed record PlannedNamespace(string Namespace, string Kind, long Documents, long Bytes, int Indexes);

/// <summary>What a dry run says. <see cref="Drops"/> is what to confirm of a restore with drop: its own namespaces, and with oplog those of the target that it may create or rename to.</summary>
public sealed record RestorePlanned(
    string Cid, IReadOnlyList<string> Slices, string? Through, string Target, bool ReplaysOplog, IReadOnlyList<PlannedNamespace> Namespaces, IReadOnlyList<string> Drops, IReadOnlyList<string> Warnings);

/// <summary>Operations of the oplog that were replayed.</summary>
public sealed record ReplayOutput(long Entries, long Applied, long Transactions, long Discarded);

/// <summary>A namespace that is not as the backup has it.</summary>
public sealed record DifferenceFound(string Namespace, IReadOnlyList<string> Differences);

/// <summary>The output of a restore. <see cref="Warnings"/> are those of its choice, too. <see cref="Differences"/> is null when oplog was replayed, since the backup holds no hash of that state; an empty list means that every byte is equal.</summary>
public sealed record RestoreOutput(
    string Backup, int Collections, int Views, int Indexes, long Documents, long Bytes, ReplayOutput? Replay, IReadOnlyList<DifferenceFound>? Differences, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result, and what was to be said before.</summary>
    public static RestoreOutput Of(RestoreResult result, IReadOnlyList<string> warnings) => new(
        result.Backup.ToString(), result.Collections, result.Views, result.Indexes, result.Documents, result.Bytes,
        result.Replay is { } r ? new(r.Entries, r.Applied, r.Transactions, r.Discarded) : null,
        result.Differences is { } differences ? [.. differences.Select(d => new DifferenceFound(d.Namespace, d.Sentences))] : null, [.. warnings, .. result.Warnings]);
}
