using System.Text;
using BackupFunctions.MongoDump;
using CsCheck;

namespace BackupFunctions.Tests.MongoDump;

public class Crc64Tests
{
    [Fact]
    public void Check_value_is_that_of_the_catalogue()
    {
        var crc = new Crc64();
        crc.Append(Encoding.ASCII.GetBytes("123456789"));
        crc.Value.ShouldBe(0x995dc9bbdf1939faUL);
    }

    [Fact]
    public void Nothing_has_checksum_zero() => new Crc64().Value.ShouldBe(0UL);

    [Fact]
    public void Any_split_gives_the_checksum_of_the_bitwise_definition() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 200]).Sample((data, cut) =>
        {
            cut = Math.Min(cut, data.Length);
            var crc = new Crc64();
            crc.Append(data.AsSpan(0, cut));
            crc.Append(data.AsSpan(cut));
            var expected = ulong.MaxValue;
            foreach (var b in data)
            {
                expected ^= b;
                for (var bit = 0; bit < 8; bit++) expected = (expected & 1) == 0 ? expected >> 1 : (expected >> 1) ^ 0xC96C5795D7870F42;
            }
            return crc.Value == ~expected;
        });
}
