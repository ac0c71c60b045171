namespace BackupFunctions.Mongo;

/// <summary>
/// Identifies one oplog entry: its optime and the SHA-256 of its bytes. Slices are joined only where both are equal, so that an entry that was
/// rolled back, or whose place another history took, is never taken for the one that was there.
/// </summary>
public sealed record OplogMark(Optime Optime, Hash256 Sha256)
{
    /// <summary>The mark of an entry.</summary>
    public static OplogMark Of(OplogEntry entry) => new(entry.Optime, Hash256.Sha256(entry.Raw.Span));

    /// <inheritdoc/>
    public override string ToString() => Optime.ToString();
}
