using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Messages;

/// <summary>Body of <c>POST scrubs</c>.</summary>
public sealed record ScrubRequest
{
    /// <summary>Whether every block is read, and not the next share (SCRUB_SHARE) alone.</summary>
    public bool All { get; init; }
}

/// <summary>
/// One node's copies: slice so-and-so (from 1) of how many; blocks that were read and are good, those healed, pins that were set again, blocks that no copy has, those that could not be brought; the first
/// problem, and why it was not read to its end (null: it was).
/// </summary>
public sealed record ScrubbedNode(string Node, int Slice, int Slices, long Checked, long Healed, long Repinned, long Lost, long Unhealed, string? Problem, string? Fault);

/// <summary>The output of a scrub: backups that are not whole on some node, by id, and each node; the local vault stands behind them.</summary>
public sealed record ScrubOutput(IReadOnlyList<string> Affected, IReadOnlyList<ScrubbedNode> Copies, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static ScrubOutput Of(ScrubResult result) => new(
        [.. result.Affected.Select(b => b.ToString())],
        [.. result.Copies.Select(c => new ScrubbedNode(c.Node, c.Slice + 1, c.Slices, c.Hashed, c.Healed, c.Repinned, c.Lost, c.Unhealed, c.Problem, c.Fault))], result.Warnings);
}
