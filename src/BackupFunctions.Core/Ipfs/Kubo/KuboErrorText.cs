namespace BackupFunctions.Ipfs.Kubo;

/// <summary>What known error texts of the RPC mean: it tells errors apart by nothing else.</summary>
internal static class KuboErrorText
{
    /// <summary>A block is not there.</summary>
    public static bool SaysBlockIsMissing(Exception e) =>
        Says(e, "could not find") || Says(e, "block not found") || Says(e, "merkledag: not found");

    /// <summary>The root has no pin of its own.</summary>
    public static bool SaysNotPinned(Exception e) => Says(e, "not pinned") || Says(e, "pinned indirectly");

    /// <summary>The time given to the node by <c>timeout=</c> is over.</summary>
    public static bool SaysDeadline(Exception e) => Says(e, "context deadline exceeded") || Says(e, "request timed out");

    private static bool Says(Exception e, string text) =>
        e is BackupException { InnerException: NodeAnswerException { IsFinal: false } answer } && answer.Message.Contains(text, StringComparison.OrdinalIgnoreCase);
}
