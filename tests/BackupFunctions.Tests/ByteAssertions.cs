namespace BackupFunctions;

/// <summary>Compares bytes as a whole. Shouldly's own comparison, which these take the place of, looks at each byte by itself: half a second for a megabyte.</summary>
internal static class ByteAssertions
{
    private const int Shown = 16;

    public static void ShouldBe(this byte[]? actual, byte[]? expected, string? customMessage = null)
    {
        if (Difference(actual, expected) is { } difference) throw new ShouldAssertException(Text(difference, customMessage));
    }

    public static void ShouldBe(this IReadOnlyList<byte[]> actual, IReadOnlyList<byte[]> expected, string? customMessage = null)
    {
        for (var i = 0; i < Math.Min(actual.Count, expected.Count); i++)
            if (Difference(actual[i], expected[i]) is { } difference) throw new ShouldAssertException(Text($"of element {i} {difference}", customMessage));
        if (actual.Count != expected.Count) throw new ShouldAssertException(Text($"{actual.Count} elements where {expected.Count} are expected", customMessage));
    }

    private static string? Difference(byte[]? actual, byte[]? expected)
    {
        if (actual is null || expected is null) return ReferenceEquals(actual, expected) ? null : $"{Hex(actual, 0)} where {Hex(expected, 0)} is expected";
        var same = actual.AsSpan().CommonPrefixLength(expected);
        return same == actual.Length && same == expected.Length ? null
            : $"{actual.Length} bytes where {expected.Length} are expected; from byte {same} on {Hex(actual, same)} where {Hex(expected, same)} is expected";
    }

    private static string Hex(byte[]? bytes, int from) =>
        bytes is null ? "null" : $"'{Convert.ToHexStringLower(bytes.AsSpan(from, Math.Min(Shown, bytes.Length - from)))}'{(bytes.Length - from > Shown ? "…" : "")}";

    private static string Text(string difference, string? customMessage) => customMessage is null ? difference : $"{difference}\n{customMessage}";
}
