using BackupFunctions.Embedded.Wire;
using CsCheck;

namespace BackupFunctions.Tests.Embedded.Wire;

public sealed class Crc32CTests
{
    // RFC 3720, appendix B.4; there the checksums are printed in the order of their bytes
    public static TheoryData<byte[], uint> Vectors => new()
    {
        { new byte[32], 0x8a9136aa },
        { [.. Enumerable.Repeat((byte)0xff, 32)], 0x62a8ab43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46dd794e },
        { "123456789"u8.ToArray(), 0xe3069283 },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void It_agrees_with_published_vectors(byte[] bytes, uint checksum) => Crc32C.Of(bytes).ShouldBe(checksum);

    [Fact]
    public void Pieces_give_the_checksum_of_the_whole() => Gen.Select(Gen.Byte.Array, Gen.Byte.Array).Sample((first, second) =>
    {
        var crc = new Crc32C();
        crc.Append(first);
        crc.Append(second);
        return crc.Value == Crc32C.Of([.. first, .. second]);
    });
}
