namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for one backup by id, root CID or <c>latest</c>.</summary>
public sealed record ShowRequest(string Backup);

/// <summary>One namespace of a backup; <paramref name="Kind"/> is the server's word: collection, view, timeseries.</summary>
public sealed record NamespaceSummary(string Namespace, string Kind, long Documents, long Bytes, int Indexes);

/// <summary>All that is known of a backup. Optimes are <c>seconds:increment</c>.</summary>
public sealed record BackupDetails(
    BackupSummary Backup,
    string ServerVersion,
    string StartOptime,
    string EndOptime,
    long Epoch,
    IReadOnlyList<NodeCopy> Nodes,
    IReadOnlyList<NamespaceSummary> Namespaces);
