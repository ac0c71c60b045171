using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Messages;

/// <summary>Body of <c>POST verifications</c>.</summary>
public sealed record VerificationRequest
{
    /// <summary>An id, a root CID or <c>latest</c>, the default.</summary>
    public string Backup { get; init; } = "latest";

    /// <summary>Percentage of the blocks that are fetched and hashed, above 0 and up to 100, the default; all of them must be held.</summary>
    public double Sample { get; init; } = 100;
}

/// <summary>One node's copy: blocks of the backup, those hashed, missing, and with wrong bytes; and what is wrong (null: nothing).</summary>
public sealed record CopyChecked(string Node, bool Pinned, long Blocks, long Checked, long Missing, long Damaged, string? Fault);

/// <summary>The output of a verification: <see cref="Whole"/> when every node holds a whole copy.</summary>
public sealed record VerificationOutput(string Cid, double Sample, bool Whole, IReadOnlyList<CopyChecked> Nodes, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static VerificationOutput Of(VerificationResult result) => new(
        result.Root.ToString(), result.Share * 100, result.IsWhole,
        [.. result.Copies.Select(c => new CopyChecked(c.Node, c.Pinned, c.Blocks, c.Hashed, c.Missing, c.Damaged, c.Fault))], result.Warnings);
}
