namespace BackupFunctions.Encryption;

/// <summary>A block that was opened and found genuine. The plaintext lies in the opener's buffer and is valid until its next call.</summary>
public readonly record struct OpenedBlock(BlockHeader Header, Hash256 S, ReadOnlyMemory<byte> Plaintext);
