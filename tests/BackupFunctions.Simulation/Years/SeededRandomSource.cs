using BackupFunctions.Ambient;

namespace BackupFunctions.Simulation.Years;

/// <summary>Random bytes that a seed repeats.</summary>
internal sealed class SeededRandomSource(int seed) : IRandomSource
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination)
    {
        lock (_gate) _random.NextBytes(destination);
    }
}
