using BackupFunctions.Ipfs;

namespace BackupFunctions.Encryption;

/// <summary>
/// A sealed block. Bytes is what is stored (A, s, ciphertext, tag), Cid its raw leaf, S its synthetic IV, PlainLength the plaintext's
/// length in bytes. Who made it says how long <see cref="Bytes"/> stay valid.
/// </summary>
public readonly record struct SealedBlock(Cid Cid, ReadOnlyMemory<byte> Bytes, Hash256 S, uint PlainLength);
