using BackupFunctions.Ipfs;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification;

/// <summary>The activities of a verification and their messages. None of them changes anything.</summary>
public static class VerificationActivities
{
    /// <summary>Finds the backup and who should hold it.</summary>
    public static readonly ActivityName<PlanVerificationInput, VerificationPlan> Plan = new("PlanVerification");

    /// <summary>Reads blocks of one copy and hashes them, as many as some minutes allow.</summary>
    public static readonly ActivityName<VerifyBlocksInput, BlocksVerified> VerifyBlocks = new("VerifyBlocks");

    /// <summary>Opens files of one copy with the key, as many as some minutes allow.</summary>
    public static readonly ActivityName<VerifyFilesInput, FilesVerified> VerifyFiles = new("VerifyFiles");
}

/// <summary>Input of <see cref="VerificationActivities.Plan"/>: an id, <c>latest</c>, or a root CID, which needs no catalogue.</summary>
public sealed record PlanVerificationInput(string Backup);

/// <summary>The root, and the names of the nodes in order.</summary>
public sealed record VerificationPlan(Cid Root, IReadOnlyList<string> Nodes);

/// <summary>
/// Input of <see cref="VerificationActivities.VerifyBlocks"/>: the copy on one node; the share of the leaves that are hashed, 0 &lt; share &lt;= 1, chosen by the seed (the others must be held); and
/// how many blocks were looked at before.
/// </summary>
public sealed record VerifyBlocksInput(Cid Root, int Node, double Share, uint Seed, long From);

/// <summary>What was found among the blocks that were looked at, the first problem, and from where to go on; null: all were looked at that can be seen.</summary>
public sealed record BlocksVerified(bool Pinned, long Total, long Hashed, long Missing, long Damaged, string? Problem, long? Next);

/// <summary>Input of <see cref="VerificationActivities.VerifyFiles"/>: whether files are read whole, or only their lists of chunks; and the number of the first.</summary>
public sealed record VerifyFilesInput(Cid Root, int Node, bool Whole, int From);

/// <summary>The number of the next file, of how many; bytes of documents and oplog that were read; and what is wrong, one sentence each.</summary>
public sealed record FilesVerified(int Next, int Total, long Bytes, IReadOnlyList<string> Findings);
