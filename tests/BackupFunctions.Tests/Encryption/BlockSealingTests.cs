using System.Buffers.Binary;
using BackupFunctions.Encryption;
using CsCheck;
using ZstdSharp;

namespace BackupFunctions.Tests.Encryption;

public class BlockSealingTests
{
    // from one repeated byte, which compresses well, to bytes without order
    private static readonly Gen<byte[]> Plaintexts =
        from length in Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 200_000])
        from alphabet in Gen.Int[1, 256]
        from seed in Gen.Int
        select new SeededRandomSource(seed).Bytes(length).Select(b => (byte)(b % alphabet)).ToArray();

    [Fact]
    public void What_is_sealed_opens_and_an_independent_reader_finds_the_same_bytes()
    {
        using var keys = TestKeys.Create();
        using var sealer = new BlockSealer(keys);
        using var opener = new BlockOpener(keys);
        using var decompressor = new Decompressor();
        Plaintexts.Sample(
            plaintext =>
            {
                var block = sealer.Seal(BlockType.Index, 3, false, new byte[16], plaintext).Bytes.ToArray();
                opener.Open(block).Plaintext.Span.SequenceEqual(plaintext).ShouldBeTrue();

                var body = TestKeys.Oracle().Open(block, contextLength: 16);
                BinaryPrimitives.ReadInt32LittleEndian(body).ShouldBe(plaintext.Length);
                var payload = body.AsSpan(9, BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(4))).ToArray();
                (body[8] == 1 ? decompressor.Unwrap(payload, plaintext.Length) : payload).SequenceEqual(plaintext).ShouldBeTrue();
                (body[8] == 1).ShouldBe(payload.Length < plaintext.Length);
                body.SequenceEqual(FormatOracle.Body((uint)plaintext.Length, body[8], payload)).ShouldBeTrue();
                TestKeys.Oracle().Seal(3, 3, false, new byte[16], body).SequenceEqual(block).ShouldBeTrue();
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Equal_plaintexts_give_equal_blocks_whatever_was_sealed_before()
    {
        using var keys = TestKeys.Create();
        using var used = new BlockSealer(keys);
        Plaintexts.Sample(
            plaintext =>
            {
                using var fresh = new BlockSealer(keys);
                var expected = fresh.Seal(BlockType.Chunk, 0, true, default, plaintext);
                used.Seal(BlockType.Chunk, 0, true, default, plaintext).Cid.ShouldBe(expected.Cid);
            },
            iter: 50,
            threads: 1);
    }

    [Fact]
    public void A_disposed_sealer_or_opener_refuses_since_its_buffers_are_somebody_elses()
    {
        using var keys = TestKeys.Create();
        var (sealer, opener) = (new BlockSealer(keys), new BlockOpener(keys));
        var block = sealer.Seal(BlockType.Chunk, 0, true, default, [1]).Bytes.ToArray();
        opener.Open(block).Plaintext.ToArray().ShouldBe([1]);
        for (var times = 0; times < 2; times++)
        {
            sealer.Dispose();
            opener.Dispose();
        }
        Should.Throw<ObjectDisposedException>(() => sealer.Seal(BlockType.Chunk, 0, true, default, [1]));
        Should.Throw<ObjectDisposedException>(() => opener.Open(block));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_longest_plaintext_fits_in_a_block_of_one_mebibyte(bool compressible)
    {
        using var keys = TestKeys.Create();
        using var sealer = new BlockSealer(keys);
        using var opener = new BlockOpener(keys);
        var plaintext = compressible ? new byte[BlockFormat.MaxPlaintextLength] : new SeededRandomSource(5).Bytes(BlockFormat.MaxPlaintextLength);
        var block = sealer.Seal(BlockType.Chunk, 0, true, default, plaintext);
        block.Bytes.Length.ShouldBeLessThanOrEqualTo(1 << 20);
        opener.Open(block.Bytes.Span).Plaintext.Span.SequenceEqual(plaintext).ShouldBeTrue();
        Should.Throw<ArgumentException>(() => sealer.Seal(BlockType.Chunk, 0, true, default, new byte[BlockFormat.MaxPlaintextLength + 1]));
    }

    [Fact]
    public void Plaintext_ids_differ_by_type_level_and_epoch()
    {
        using var first = TestKeys.Create(1);
        using var second = TestKeys.Create(2);
        using var sealer = new BlockSealer(first, 3);
        using var otherLevel = new BlockSealer(first, 4);
        using var otherEpoch = new BlockSealer(second, 3);
        Hash256[] ids =
        [
            sealer.ComputePid(BlockType.Chunk, "x"u8), sealer.ComputePid(BlockType.List, "x"u8), sealer.ComputePid(BlockType.Chunk, "y"u8),
            otherLevel.ComputePid(BlockType.Chunk, "x"u8), otherEpoch.ComputePid(BlockType.Chunk, "x"u8),
        ];
        ids.ShouldBeUnique();
        sealer.ComputePid(BlockType.Chunk, "x"u8).ShouldBe(ids[0]);
    }

    [Fact]
    public void A_context_that_is_none_of_its_type_is_refused()
    {
        using var keys = TestKeys.Create();
        using var sealer = new BlockSealer(keys);
        Should.Throw<ArgumentException>(() => sealer.Seal(BlockType.Chunk, 0, true, new byte[1], default));
        Should.Throw<ArgumentException>(() => sealer.Seal(BlockType.Index, 0, true, new byte[15], default));
        Should.Throw<ArgumentException>(() => sealer.Seal(BlockType.Chunk, 1, true, default, default));
        Should.Throw<ArgumentException>(() => sealer.Seal(BlockType.Chunk, 0, false, default, default));
    }

    [Fact]
    public void A_header_is_read_without_a_key()
    {
        using var keys = TestKeys.Create(7);
        using var sealer = new BlockSealer(keys);
        var previous = BackupFunctions.Ipfs.Cid.Raw("before"u8);
        var block = sealer.Seal(BlockType.Manifest, 0, true, new ManifestContext(12, previous).Encode(), "secret"u8);
        var header = BlockHeader.Parse(block.Bytes.Span[..Math.Min(BlockHeader.MaxSize, block.Bytes.Length)]);
        header.Epoch.ShouldBe(7u);
        header.BlockLength.ShouldBe(block.Bytes.Length);
        ManifestContext.Parse(header.Context.Span).ShouldBe(new(12, previous));
        var backup = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Convert.ToHexStringLower(new IndexContext(backup).Encode()).ShouldBe("00112233445566778899aabbccddeeff");
        IndexContext.Parse(new IndexContext(backup).Encode()).Backup.ShouldBe(backup);
    }
}
