using BackupFunctions.Ipfs;

namespace BackupFunctions.Encryption;

/// <summary>
/// One chunk of a file: the digest of its block (whose CID is a raw leaf), the block's s, the id of its plaintext, and the lengths in bytes
/// of the plaintext and of the block.
/// </summary>
public readonly record struct ChunkRecord(Hash256 BlockDigest, Hash256 S, Hash256 Pid, uint PlainLength, uint BlockLength)
{
    /// <summary>Length of an encoded record in bytes.</summary>
    public const int Size = (3 * Hash256.Size) + (2 * sizeof(uint));

    /// <summary>The CID of the block.</summary>
    public Cid Cid => new(Cid.RawCodec, BlockDigest);
}
