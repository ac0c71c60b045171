using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>A backup as text.</summary>
internal static class BackupText
{
    /// <summary>A line per property.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(BackupSummary backup) =>
    [
        ("id", backup.Id),
        ("type", Human.Word(backup.Type)),
        ("state", Human.Word(backup.State)),
        ("root", backup.Root),
        ("started", Human.Time(backup.StartedAt)),
        ("took", Human.Duration(backup.FinishedAt - backup.StartedAt)),
        ("collections", Human.Count(backup.Collections)),
        ("documents", Human.Count(backup.Documents)),
        ("size", Human.Size(backup.Bytes)),
        ("stored", Human.Size(backup.StoredBytes)),
    ];

    /// <summary>A line per node.</summary>
    public static IEnumerable<(string Name, string Value)> Copies(IEnumerable<NodeCopy> nodes) => nodes.Select(n => ("node", n.Fault is null
        ? $"{n.Node}: {(n.Pinned ? "pinned" : "not pinned")}, {Human.Count(n.VerifiedBlocks)} blocks verified"
        : $"{n.Node}: {n.Fault}"));
}
