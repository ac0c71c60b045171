namespace BackupFunctions.Api.Messages;

/// <summary>
/// How it stands: <see cref="Status"/> is <c>healthy</c> or <c>unhealthy</c>: a problem is of level <c>error</c>. Without the key that is all. <see cref="IpfsStatus"/> is <c>ok</c>, <c>degraded</c> (one node answers) or <c>down</c>.
/// </summary>
public sealed record Health(string Status)
{
    /// <summary>The newest recorded backup.</summary>
    public BackupSummary? LastBackup { get; init; }

    /// <summary>When a backup of each type succeeded last; an incremental one also when there was nothing to back up.</summary>
    public LastSuccesses? LastSuccess { get; init; }

    /// <summary>The last proven restore.</summary>
    public ProvenRestore? LastProven { get; init; }

    /// <summary>When the next backup is due.</summary>
    public DateTimeOffset? NextBackup { get; init; }

    /// <summary>What is started by itself, the soonest first.</summary>
    public IReadOnlyList<ScheduledRun>? Schedules { get; init; }

    /// <summary>Of both nodes together.</summary>
    public string? IpfsStatus { get; init; }

    /// <summary>Of each node.</summary>
    public IReadOnlyList<NodeHealth>? Nodes { get; init; }

    /// <summary>What is wrong, the worst first.</summary>
    public IReadOnlyList<HealthProblem>? Problems { get; init; }
}

/// <summary>Something that is wrong: an event of docs/http-api.md, what it is about, <c>info</c>, <c>warning</c> or <c>error</c>, a sentence, and what to do.</summary>
public sealed record HealthProblem(string Event, string? Subject, string Level, string Message, string Hint);

/// <summary>When backups succeeded last, by type; null for never.</summary>
public sealed record LastSuccesses(DateTimeOffset? Full, DateTimeOffset? Incremental);

/// <summary>A node: who answers, or why none does.</summary>
public sealed record NodeHealth(string Node, bool Ok, string? Agent, string? Problem);

/// <summary>A workflow that is started by a schedule, and when it is due next; null: never again.</summary>
public sealed record ScheduledRun(string Workflow, DateTimeOffset? Next);
