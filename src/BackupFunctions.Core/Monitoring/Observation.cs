using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Monitoring;

/// <summary>A node: who answers, or why none does and what to do.</summary>
public sealed record ObservedNode(string Name, string? Agent, string? Problem, string? Hint)
{
    /// <summary>Whether it answers.</summary>
    public bool Ok => Problem is null;
}

/// <summary>
/// What was seen at <see cref="At"/>: by a process that began to look at <see cref="Since"/>. <see cref="Manifest"/> is null when there is no repository yet, and when <see cref="CatalogueProblem"/> says why it
/// could not be read. Problems and the conflict are sentences.
/// </summary>
public sealed record Observation(DateTimeOffset At, DateTimeOffset Since)
{
    /// <summary>All that is recorded.</summary>
    public ManifestState? Manifest { get; init; }

    /// <summary>Why the catalogue, or the manifest that it names, could not be read; and what to do.</summary>
    public (string Text, string? Hint)? CatalogueProblem { get; init; }

    /// <summary>That a node knows more than the catalogue; null for no, or when it could not be told.</summary>
    public string? Conflict { get; init; }

    /// <summary>Whether it could be told.</summary>
    public bool ConflictIsKnown { get; init; }

    /// <summary>Both nodes in order.</summary>
    public IReadOnlyList<ObservedNode> Nodes { get; init; } = [];

    /// <summary>The source's oplog; null when it could not be read.</summary>
    public OplogReach? Oplog { get; init; }

    /// <summary>Why the source does not answer; null when it does.</summary>
    public string? SourceProblem { get; init; }
}
