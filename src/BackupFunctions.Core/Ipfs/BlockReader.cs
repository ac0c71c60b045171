namespace BackupFunctions.Ipfs;

/// <summary>Reads blocks from untrusted nodes and returns only bytes that hash to their CID.</summary>
public sealed class BlockReader;
