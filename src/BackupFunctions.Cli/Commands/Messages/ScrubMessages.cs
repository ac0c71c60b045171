namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks to scrub the next slice of each copy, or all of it.</summary>
public sealed record ScrubRequest(bool All);

/// <summary>
/// One copy: the slice that was read, from 1, of how many; blocks that are good, those healed, pins set again, blocks that no copy has, those that could not be healed now; the first problem, and why it was not read to
/// its end.
/// </summary>
public sealed record ScrubbedNode(string Node, int Slice, int Slices, long Checked, long Healed, long Repinned, long Lost, long Unhealed, string? Problem, string? Fault);

/// <summary>What was found, and the ids of the backups that lack something.</summary>
public sealed record ScrubSummary(IReadOnlyList<string> Affected, IReadOnlyList<ScrubbedNode> Copies)
{
    /// <summary>What else to say.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
