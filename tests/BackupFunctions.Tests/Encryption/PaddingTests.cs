using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public class PaddingTests
{
    [Fact]
    public void Padded_lengths_are_those_of_the_vectors()
    {
        foreach (var pair in VectorFile.Read<int[][]>("padme")) BlockFormat.Padme(pair[0]).ShouldBe(pair[1], $"Padmé of {pair[0]}");
    }

    [Fact]
    public void Padding_is_stable_costs_at_most_12_percent_and_never_leads_beyond_the_limit()
    {
        for (var length = 9; length <= BlockFormat.MaxBodyLength; length += length < 5000 ? 1 : 97)
        {
            var padded = BlockFormat.Padme(length);
            padded.ShouldBeInRange(length, Math.Min(BlockFormat.MaxBodyLength, length + (length * 12 / 100) + 1));
            BlockFormat.Padme(padded).ShouldBe(padded);
        }
    }
}
