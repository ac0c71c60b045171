using System.Security.Cryptography;
using BackupFunctions.Ambient;

namespace BackupFunctions.Tests.Encryption;

/// <summary>Bytes that depend on the seed alone.</summary>
internal sealed class SeededRandomSource(int seed) : IRandomSource
{
    private int _counter;

    public void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var block = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(Interlocked.Increment(ref _counter) - 1)]);
            var count = Math.Min(block.Length, destination.Length);
            block.AsSpan(0, count).CopyTo(destination);
            destination = destination[count..];
        }
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }
}
