namespace BackupFunctions.Ipfs;

/// <summary>A collection of what no pin of a vault reaches: whether it is done or more is left than one call does, and the bytes that are free now.</summary>
public sealed record VaultCollection(bool Done, long Bytes)
{
    /// <summary>The share of dead bytes from which on a pack is worth writing anew.</summary>
    public const double UsualShare = 0.25;
}
