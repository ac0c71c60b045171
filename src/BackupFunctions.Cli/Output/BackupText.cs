using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>A backup as text.</summary>
internal static class BackupText
{
    /// <summary>A backup that was made.</summary>
    public static string Of(BackupResult result) => TextTable.Fields([.. Fields(result.Backup), .. Copies(result.Nodes)]);

    /// <summary>A line per property.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(BackupSummary backup) =>
    [
        ("id", backup.Id),
        ("type", Human.Word(backup.Type)),
        ("state", Human.Word(backup.State)),
        ("root", backup.Root),
        ("started", Human.Time(backup.StartedAt)),
        ("took", Human.Duration(backup.FinishedAt - backup.StartedAt)),
        .. backup.Type == BackupType.Full ? new[] { ("collections", Human.Count(backup.Collections)), ("documents", Human.Count(backup.Documents)) } : [("entries", Human.Count(backup.Documents))],
        ("size", Human.Size(backup.Bytes)),
        ("stored", Human.Size(backup.StoredBytes)),
        .. backup.Type == BackupType.Full ? new[] { ("consistent", backup.ConsistentAt ?? "at no point in time") } : [],
        ("oplog", Oplog(backup)),
    ];

    /// <summary>The stretch of the oplog.</summary>
    public static string Oplog(BackupSummary backup) => backup.OplogThrough is null ? "none" : $"{backup.OplogAfter} to {backup.OplogThrough}";

    /// <summary>What a row of a list says about time: the point of a full backup, the stretch of an incremental one.</summary>
    public static string Covers(BackupSummary backup) => backup.Type == BackupType.Full ? backup.ConsistentAt ?? "" : Oplog(backup);

    /// <summary>A line per node.</summary>
    public static IEnumerable<(string Name, string Value)> Copies(IEnumerable<NodeCopy> nodes) => nodes.Select(n => ("node", n.Fault is null
        ? $"{n.Node}: {(n.Pinned ? "pinned" : "not pinned")}, {Human.Count(n.VerifiedBlocks)} blocks verified"
        : $"{n.Node}: {n.Fault}"));
}
