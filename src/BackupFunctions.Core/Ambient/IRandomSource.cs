using System.Security.Cryptography;

namespace BackupFunctions.Ambient;

/// <summary>Where random bytes come from, so that a test can replay them from a seed. Implementations are thread-safe.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole span.</summary>
    void Fill(Span<byte> destination);
}

/// <summary>The operating system's cryptographic random source: what every key, id and salt is made from.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    /// <inheritdoc/>
#pragma warning disable RS0030 // the one place where randomness enters
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
#pragma warning restore RS0030
}
