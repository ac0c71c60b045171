namespace BackupFunctions.Api.Messages;

/// <summary>Body of <c>POST backups</c>: <c>full</c> or <c>incremental</c>.</summary>
public sealed record BackupRequest(string Type);

/// <summary>
/// Body of <c>POST restores</c>. <see cref="Target"/> is the connection string to restore into: always given, never the source by default, and never shown again. <see cref="Backup"/> is an id, a CID or <c>latest</c>
/// (the default), <see cref="At"/> a point in time (UTC, or <c>seconds:increment</c>). With <see cref="Drop"/>, <see cref="ConfirmDrop"/> names every namespace that may be dropped, as <see cref="RestorePlanned.Drops"/> of a dry run lists them.
/// </summary>
public sealed record RestoreBody(string Target)
{
    /// <summary>Which backup.</summary>
    public string? Backup { get; init; }

    /// <summary>Up to when.</summary>
    public string? At { get; init; }

    /// <summary>Patterns of what is restored; none means all.</summary>
    public IReadOnlyList<string> NsInclude { get; init; } = [];

    /// <summary>Patterns of what is not.</summary>
    public IReadOnlyList<string> NsExclude { get; init; } = [];

    /// <summary>Patterns of what gets another name; pairs with <see cref="NsTo"/>.</summary>
    public IReadOnlyList<string> NsFrom { get; init; } = [];

    /// <summary>The other names.</summary>
    public IReadOnlyList<string> NsTo { get; init; } = [];

    /// <summary>Whether collections of these names may be dropped.</summary>
    public bool Drop { get; init; }

    /// <summary>The namespaces that may be dropped, each by its whole name.</summary>
    public IReadOnlyList<string> ConfirmDrop { get; init; } = [];

    /// <summary>Whether users and roles are merged into those of the target.</summary>
    public bool UsersAndRoles { get; init; }

    /// <summary>Whether an older server than the backup's is allowed.</summary>
    public bool Force { get; init; }

    /// <summary>Whether only the plan is made.</summary>
    public bool DryRun { get; init; }
}
