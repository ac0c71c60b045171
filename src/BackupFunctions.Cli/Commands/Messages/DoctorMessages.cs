namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>How a check ended.</summary>
public enum FindingStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, and is less safe than it should be.</summary>
    Warning,

    /// <summary>A backup would fail.</summary>
    Failed,
}

/// <summary>One check: what was looked at (<c>mongodb</c>, <c>rights</c>, <c>oplog</c>, <c>node 1</c>, <c>key</c>, <c>clock</c>), how it ended, and what to do.</summary>
public sealed record Finding(string Check, FindingStatus Status, string Message, string? Hint);

/// <summary>All findings, in the order of the checks.</summary>
public sealed record DoctorResult(IReadOnlyList<Finding> Findings);
