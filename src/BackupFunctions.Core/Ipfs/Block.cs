namespace BackupFunctions.Ipfs;

/// <summary>Bytes under their CID; whoever makes one has hashed them.</summary>
public readonly record struct Block(Cid Cid, ReadOnlyMemory<byte> Data);
