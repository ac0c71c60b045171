namespace BackupFunctions.Api.Messages;

/// <summary>
/// How it stands: <see cref="Status"/> is <c>healthy</c> or <c>unhealthy</c>. Without the key that is all. <see cref="IpfsStatus"/> is <c>ok</c>, <c>degraded</c> (one node answers) or <c>down</c>.
/// </summary>
public sealed record Health(string Status)
{
    /// <summary>The newest recorded backup.</summary>
    public BackupSummary? LastBackup { get; init; }

    /// <summary>The last proven restore.</summary>
    public ProvenRestore? LastProven { get; init; }

    /// <summary>When the next backup is due.</summary>
    public DateTimeOffset? NextBackup { get; init; }

    /// <summary>What is started by itself, the soonest first; null: the host does not know.</summary>
    public IReadOnlyList<ScheduledRun>? Schedules { get; init; }

    /// <summary>Of both nodes together.</summary>
    public string? IpfsStatus { get; init; }

    /// <summary>Of each node.</summary>
    public IReadOnlyList<NodeHealth>? Nodes { get; init; }

    /// <summary>What is wrong, one sentence each.</summary>
    public IReadOnlyList<string>? Problems { get; init; }
}

/// <summary>A node: who answers, or why none does.</summary>
public sealed record NodeHealth(string Node, bool Ok, string? Agent, string? Problem);

/// <summary>A workflow that is started by a schedule, and when it is due next; null: never again.</summary>
public sealed record ScheduledRun(string Workflow, DateTimeOffset? Next);
