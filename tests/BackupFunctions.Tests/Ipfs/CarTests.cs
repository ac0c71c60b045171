using BackupFunctions.Ipfs;
using CsCheck;

namespace BackupFunctions.Tests.Ipfs;

public sealed class CarTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const string SegmentHeader = "19" + "a2" + "65726f6f7473" + "81" + "d82a" + "450001550000" + "67" + "76657273696f6e" + "01";

    [Fact]
    public void A_segment_starts_with_the_identity_root()
    {
        var stream = new MemoryStream();
        CarWriter.CreateSegment(stream).BytesWritten.ShouldBe(stream.Length);
        Convert.ToHexStringLower(stream.ToArray()).ShouldBe(SegmentHeader);
    }

    [Fact]
    public async Task What_is_written_is_read_whatever_the_pieces_of_the_stream() =>
        await Gen.Select(Gen.Int[0, 3000].List[0, 30], Gen.Int[1, 500]).SampleAsync(async (sizes, piece) =>
        {
            var blocks = sizes.ConvertAll(size => TestDag.Raw(TestDag.Content(size)));
            var stream = new MemoryStream();
            var root = TestDag.Raw(7).Cid;
            var car = CarWriter.CreateWithRoot(stream, root);
            foreach (var block in blocks) await car.WriteAsync(block, default);
            car.BytesWritten.ShouldBe(stream.Length);
            car.Blocks.ShouldBe(sizes.Count);

            var reader = await CarReader.Open(new Pieces(stream.ToArray(), piece), default);
            reader.Roots.ShouldBe([root]);
            (await Read(reader)).Select(b => (b.Cid, Convert.ToHexString(b.Data.Span))).ShouldBe(blocks.Select(b => (b.Cid, Convert.ToHexString(b.Data.Span))));
            reader.Position.ShouldBe(stream.Length);
        }, iter: 100);

    [Theory]
    [InlineData(0)]
    [InlineData(BlockReader.MaxBlockSize)]
    public async Task The_smallest_and_the_largest_block_pass(int size)
    {
        var block = TestDag.Raw(new byte[size]);
        using var car = TestDag.Car(block, TestDag.Raw(1), block);
        (await Read(await CarReader.Open(car, Cancellation))).Count.ShouldBe(3);
        CarWriter.SizeOf(size).ShouldBe(TestDag.Car(block).Length - (SegmentHeader.Length / 2));
    }

    [Fact]
    public void A_larger_block_is_not_written() =>
        Should.Throw<ArgumentException>(() => TestDag.Car(TestDag.Raw(new byte[BlockReader.MaxBlockSize + 1])));

    [Fact]
    public async Task Segments_join_to_one_car()
    {
        var (a, b, c) = (TestDag.Raw(1), TestDag.Raw(2), TestDag.Raw(3));
        var joined = new MemoryStream();
        var car = CarWriter.CreateWithRoot(joined, c.Cid);
        await car.Append(await CarReader.Open(TestDag.Car(a, b), Cancellation), Cancellation);
        await car.Append(await CarReader.Open(TestDag.Car(c), Cancellation), Cancellation);
        joined.Position = 0;
        var reader = await CarReader.Open(joined, Cancellation);
        reader.Roots.ShouldBe([c.Cid]);
        (await Read(reader)).Select(block => block.Cid).ShouldBe([a.Cid, b.Cid, c.Cid]);
    }

    [Fact]
    public async Task Every_cut_is_noticed_except_between_blocks()
    {
        var whole = TestDag.Car(TestDag.Raw(1, 2, 3), TestDag.Raw(4, 5, 6)).ToArray();
        var header = SegmentHeader.Length / 2;
        for (var length = 0; length < whole.Length; length++)
        {
            if (length == header || length == header + 40) continue;
            var e = await Problem(whole[..length]);
            e.Kind.ShouldBe(ErrorKind.Corrupt);
            e.Message.ShouldContain("truncated");
        }
    }

    [Fact]
    public async Task Every_flipped_bit_is_noticed()
    {
        var whole = TestDag.Car(TestDag.Raw(1, 2, 3), TestDag.Raw(4, 5, 6)).ToArray();
        // a root is nobody's hash: any CID may stand there
        var root = SegmentHeader.IndexOf("450001550000", StringComparison.Ordinal) / 2;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            if (bit / 8 is var at && at >= root + 2 && at < root + 6) continue;
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 << (bit % 8));
            (await Problem(flipped)).Kind.ShouldBe(ErrorKind.Corrupt, $"bit {bit}");
        }
    }

    public static TheoryData<string, string> Malformed => new()
    {
        { "", "at byte 0: truncated" },
        { "0aa16776657273696f6e02", "CAR version 2, want version 1" },
        { "00", "at byte 0: header is empty" },
        { SegmentHeader.Replace("6e01", "6e02", StringComparison.Ordinal), "want version 1" },
        { SegmentHeader + "00", "at byte 26: section is empty" },
        { SegmentHeader + "ff", "at byte 26: truncated" },
        { SegmentHeader + "8100" + "01", "at byte 26: the length of the section is not a shortest varint" },
        { SegmentHeader + "ffffffffffffffffff01", "at byte 26: the length of the section is not a shortest varint" },
        { SegmentHeader + "a5808001", "at byte 26: section of 2097189 bytes, over the limit of 2097188" },
        { SegmentHeader + "03" + "0155", "at byte 26: truncated: section of 3 bytes ends after 2" },
        { SegmentHeader + "23" + "1220" + new string('0', 66), "CID of version 0" },
        { SegmentHeader + "24" + "0255" + "1220" + new string('0', 64), "CID of version 2" },
        { SegmentHeader + "24" + "0155" + "1320" + new string('0', 64), "unsupported CID 01551320" },
        { SegmentHeader + "24" + "0171" + "1220" + new string('0', 64), "unsupported CID 01711220" },
        { SegmentHeader + "04" + "01550000", "unsupported CID 01550000" },
        { SegmentHeader + "24" + "0155" + "1220" + new string('0', 64), "of 0 bytes hashes to e3b0c44298fc1c" },
        { "ffff7f" + SegmentHeader, "at byte 0: header of 2097151 bytes, over the limit" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_car_is_refused_with_its_offset(string hex, string message) =>
        (await Problem(Convert.FromHexString(hex))).Message.ShouldContain(message);

    [Fact]
    public async Task An_endless_header_is_refused_without_reading_it()
    {
        var stream = new Pieces([0xff, 0xff, 0xff, 0xff, 0x7f], 5);
        (await Should.ThrowAsync<BackupException>(() => CarReader.Open(stream, Cancellation))).Message.ShouldContain("over the limit");
    }

    private static async Task<BackupException> Problem(byte[] car) =>
        await Should.ThrowAsync<BackupException>(async () => await Read(await CarReader.Open(new MemoryStream(car), Cancellation)));

    private static async Task<List<Block>> Read(CarReader reader)
    {
        var blocks = new List<Block>();
        await foreach (var block in reader.Blocks(default)) blocks.Add(block with { Data = block.Data.ToArray() });
        return blocks;
    }

    /// <summary>Gives at most so many bytes per read, as a network does.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
