using System.Buffers.Binary;
using System.Numerics;

namespace BackupFunctions.Standalone.Demo.Data;

/// <summary>
/// xoshiro256** seeded by SplitMix64 (Blackman and Vigna, prng.di.unimi.it): the same numbers for the same seed on every machine and every
/// version of .NET. For data only, never for keys. Not thread-safe.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;

    public SeededRandom(ulong seed) => (_s0, _s1, _s2, _s3) = (SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed));

    /// <summary>A stream of its own for each name, so that a change of one collection leaves the others as they are.</summary>
    public static SeededRandom For(ulong seed, string name)
    {
        var hash = 14695981039346656037UL; // FNV-1a
        foreach (var c in name) hash = (hash ^ c) * 1099511628211UL;
        return new SeededRandom(seed ^ hash);
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>From 0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both among them.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>From 0 to just below 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Fraction() < probability;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>An index in a list whose front is far more popular than its end, as customers and products are.</summary>
    public int Popular(int count)
    {
        var fraction = Fraction();
        return (int)(fraction * fraction * count);
    }

    public void Fill(Span<byte> destination)
    {
        Span<byte> last = stackalloc byte[8];
        for (; destination.Length >= 8; destination = destination[8..]) BinaryPrimitives.WriteUInt64LittleEndian(destination, Next());
        BinaryPrimitives.WriteUInt64LittleEndian(last, Next());
        last[..destination.Length].CopyTo(destination);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
