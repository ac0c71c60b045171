using BackupFunctions.Encryption;
using ZstdSharp;

namespace BackupFunctions.Tests.Encryption;

public class TamperedBlockTests
{
    public static TheoryData<BlockType, string, int> Blocks => new()
    {
        { BlockType.Chunk, "", 700 },
        { BlockType.Manifest, Convert.ToHexString(new ManifestContext(3, BackupFunctions.Ipfs.Cid.Raw("x"u8)).Encode()), 20 },
        {
            BlockType.KeySlot,
            Convert.ToHexString(new KeySlotContext(new(TestKeys.Repository), "a", SlotKdf.Pbkdf2Sha512, KeySlotContext.MinIterations, new byte[16]).Encode()),
            32
        },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_flipped_bit_is_refused(BlockType type, string context, int length)
    {
        var block = Sealed(type, context, length);
        using var keys = TestKeys.Create();
        using var opener = new BlockOpener(keys);
        opener.Open(block);
        for (var bit = 0; bit < block.Length * 8; bit++)
        {
            block[bit / 8] ^= (byte)(1 << (bit % 8));
            var error = Should.Throw<BackupException>(() => opener.Open(block), $"bit {bit}");
            error.Kind.ShouldBe(bit / 8 is >= 7 and < 11 ? ErrorKind.WrongKey : ErrorKind.Corrupt);
            block[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_truncation_and_a_byte_too_many_are_refused(BlockType type, string context, int length)
    {
        var block = Sealed(type, context, length);
        using var keys = TestKeys.Create();
        using var opener = new BlockOpener(keys);
        for (var cut = 0; cut < block.Length; cut++) TestKeys.Corrupt(() => opener.Open(block.AsSpan(0, cut)));
        TestKeys.Corrupt(() => opener.Open([.. block, 0]));
    }

    [Fact]
    public void Another_key_another_repository_and_another_epoch_are_refused()
    {
        var block = Sealed(BlockType.Chunk, "", 100);
        using var otherKey = RepositoryKeys.Create(new byte[32], new(TestKeys.Repository), 1);
        using var otherRepository = RepositoryKeys.Create(TestKeys.Root, new(new byte[16]), 1);
        using var otherEpoch = TestKeys.Create(2);
        foreach (var keys in new[] { otherKey, otherRepository })
        {
            using var opener = new BlockOpener(keys);
            TestKeys.Corrupt(() => opener.Open(block)).Message.ShouldContain("tag mismatch");
        }
        using var wrongEpoch = new BlockOpener(otherEpoch);
        var error = Should.Throw<BackupException>(() => wrongEpoch.Open(block));
        error.Kind.ShouldBe(ErrorKind.WrongKey);
        error.Hint.ShouldNotBeNullOrEmpty();
        // keys of epoch 2 that are offered for epoch 1
        using var mislabelled = new BlockOpener(_ => otherEpoch);
        TestKeys.Corrupt(() => mislabelled.Open(block));
    }

    [Theory]
    [InlineData(4, 1, "unsupported version 1")]
    [InlineData(5, 2, "unsupported version, suite 2")]
    [InlineData(6, 0, "unknown type 0")]
    [InlineData(6, 8, "unknown type 8")]
    [InlineData(0, 0, "not a sealed block")]
    [InlineData(19, 2, "last is 2")]
    public void A_header_that_is_not_ours_is_named(int offset, byte value, string message)
    {
        var block = Sealed(BlockType.Chunk, "", 100);
        block[offset] = value;
        TestKeys.Corrupt(() => BlockHeader.Parse(block)).Message.ShouldContain(message);
    }

    [Fact]
    public void A_block_whose_tag_is_right_and_whose_iv_is_not_its_own_is_refused()
    {
        var (oracle, body) = (TestKeys.Oracle(), FormatOracle.Body(3, 0, [1, 2, 3]));
        var header = FormatOracle.Header(1, 1, body.Length, 0, true);
        var s = oracle.SyntheticIv(header, body);
        Open(oracle.Encrypt(header, s, body));
        s[31] ^= 1;
        TestKeys.Corrupt(() => Open(oracle.Encrypt(header, s, body))).Message.ShouldContain("synthetic IV mismatch");
    }

    [Fact]
    public void Padding_other_than_the_canonical_one_is_refused()
    {
        var payload = new SeededRandomSource(9).Bytes(100);
        var canonical = FormatOracle.Body(100, 0, payload);
        canonical.Length.ShouldBeGreaterThan(109);
        Open(SealBody(canonical));
        byte[] notZero = [.. canonical[..^1], 1];
        byte[] tooLong = [.. canonical, .. new byte[FormatOracle.Padme(canonical.Length + 1) - canonical.Length]];
        foreach (var body in new[] { notZero, tooLong }) TestKeys.Corrupt(() => Open(SealBody(body))).Message.ShouldContain("padding");
    }

    [Fact]
    public void Lengths_and_codecs_that_do_not_agree_are_refused()
    {
        using var compressor = new Compressor();
        var text = new byte[1000];
        var packed = compressor.Wrap(text).ToArray();
        Open(SealBody(FormatOracle.Body(1000, 1, packed)));
        (string Case, byte[] Body)[] cases =
        [
            ("a length beyond the limit", FormatOracle.Body(uint.MaxValue, 1, packed)),
            ("one byte beyond the limit", FormatOracle.Body(1_032_184, 1, packed)),
            ("less plaintext than the payload holds", FormatOracle.Body(999, 1, packed)),
            ("more plaintext than the payload holds", FormatOracle.Body(1001, 1, packed)),
            ("a bomb: a payload for far more than it says", FormatOracle.Body(1000, 1, compressor.Wrap(new byte[100_000_000]).ToArray())),
            ("something after the payload's frame", FormatOracle.Body(1000, 1, [.. packed, 7])),
            ("a truncated frame", FormatOracle.Body(1000, 1, packed[..^1])),
            ("no frame at all", FormatOracle.Body(1000, 1, [1, 2, 3, 4, 5, 6, 7, 8])),
            ("raw, shorter than it says", FormatOracle.Body(1000, 0, new byte[999])),
            ("raw, longer than it says", FormatOracle.Body(999, 0, new byte[1000])),
            ("zstd that is no shorter", FormatOracle.Body((uint)packed.Length, 1, packed)),
            ("an unknown codec", FormatOracle.Body(1000, 2, new byte[1000])),
            ("a payload beyond the body", [0, 0, 0, 0, 255, 255, 255, 255, 0, 0]),
        ];
        foreach (var (name, body) in cases)
            Should.Throw<BackupException>(() => Open(SealBody(body)), name).Kind.ShouldBe(ErrorKind.Corrupt, name);
    }

    private static byte[] SealBody(byte[] body) => TestKeys.Oracle().Seal(1, 0, true, [], body);

    private static void Open(byte[] block)
    {
        using var keys = TestKeys.Create();
        using var opener = new BlockOpener(keys);
        opener.Open(block);
    }

    private static byte[] Sealed(BlockType type, string context, int length)
    {
        using var keys = TestKeys.Create();
        using var sealer = new BlockSealer(keys);
        var plaintext = new byte[length];
        new SeededRandomSource(4).Bytes(length / 10).CopyTo(plaintext, 0);
        return sealer.Seal(type, 0, true, Convert.FromHexString(context), plaintext).Bytes.ToArray();
    }
}
