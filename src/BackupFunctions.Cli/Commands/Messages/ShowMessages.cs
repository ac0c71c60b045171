namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for one backup by id, root CID or <c>latest</c>.</summary>
public sealed record ShowRequest(string Backup);

/// <summary>One namespace of a backup; <paramref name="Kind"/> is the server's word: collection, view, timeseries.</summary>
public sealed record NamespaceSummary(string Namespace, string Kind, long Documents, long Bytes, int Indexes);

/// <summary>All that is known of a backup. The optime is <c>seconds:increment</c>, null for a server without an oplog.</summary>
public sealed record BackupDetails(
    BackupSummary Backup,
    string ServerVersion,
    string? StartOptime,
    long Epoch,
    IReadOnlyList<NodeCopy> Nodes,
    IReadOnlyList<NamespaceSummary> Namespaces);
