using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

/// <summary>Keeps what it gets: lengths, counts and hashes, or whole chunks.</summary>
internal sealed class RecordingSink : IChunkSink
{
    public List<(int Length, int Documents, bool EndsFile)> Shapes { get; } = [];

    public List<Hash256> Hashes { get; } = [];

    public MemoryStream? Joined { get; init; }

    public void Chunk(ReadOnlySpan<byte> plaintext, int documentsEnded, bool endsFile)
    {
        Shapes.Add((plaintext.Length, documentsEnded, endsFile));
        Hashes.Add(Hash256.Sha256(plaintext));
        Joined?.Write(plaintext);
    }
}
