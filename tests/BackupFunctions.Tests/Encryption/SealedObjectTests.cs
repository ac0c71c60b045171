using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public sealed class SealedObjectTests : IDisposable
{
    private static readonly byte[] Context = new IndexContext(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")).Encode();
    private readonly RepositoryKeys _keys = TestKeys.Create();
    private readonly BlockSealer _sealer;
    private readonly BlockOpener _opener;

    public SealedObjectTests() => (_sealer, _opener) = (new(_keys), new(_keys));

    public void Dispose()
    {
        _sealer.Dispose();
        _opener.Dispose();
        _keys.Dispose();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(BlockFormat.MaxPlaintextLength, 1)]
    [InlineData(BlockFormat.MaxPlaintextLength + 1, 2)]
    [InlineData(3 * BlockFormat.MaxPlaintextLength, 3)]
    public async Task An_object_comes_back_from_its_blocks_and_from_a_stream_of_them(int length, int blocks)
    {
        var plaintext = new SeededRandomSource(3).Bytes(length);
        var sealedBlocks = Seal(Context, plaintext);
        sealedBlocks.Count.ShouldBe(blocks);
        Open(Context, sealedBlocks).SequenceEqual(plaintext).ShouldBeTrue();
        Open(null, sealedBlocks).SequenceEqual(plaintext).ShouldBeTrue();
        using var stream = new TrickleStream([.. sealedBlocks.SelectMany(b => b.ToArray())]);
        var opened = await SealedObject.Open(_opener, BlockType.Index, Context, stream, TestContext.Current.CancellationToken);
        opened.SequenceEqual(plaintext).ShouldBeTrue();
    }

    [Fact]
    public void Missing_swapped_repeated_mixed_and_surplus_blocks_are_refused()
    {
        var plaintext = new byte[(2 * BlockFormat.MaxPlaintextLength) + 10];
        var (blocks, other) = (Seal(Context, plaintext), Seal(new byte[16], plaintext));
        (string Case, ReadOnlyMemory<byte>[] Blocks)[] cases =
        [
            ("none", []),
            ("without the last", [blocks[0], blocks[1]]),
            ("without the first", [blocks[1], blocks[2]]),
            ("without one between", [blocks[0], blocks[2]]),
            ("swapped", [blocks[1], blocks[0], blocks[2]]),
            ("repeated", [blocks[0], blocks[0], blocks[1], blocks[2]]),
            ("another object's", [blocks[0], other[1], blocks[2]]),
            ("surplus", [.. blocks, blocks[2]]),
            ("one more in sequence", [.. blocks, _sealer.Seal(BlockType.Index, 3, true, Context, default).Bytes.ToArray()]),
            ("another object after it", [.. blocks, .. blocks]),
        ];
        foreach (var (name, list) in cases)
        {
            Should.Throw<BackupException>(() => Open(Context, list), name).Kind.ShouldBe(ErrorKind.Corrupt, name);
            Should.Throw<BackupException>(() => Open(null, list), name).Kind.ShouldBe(ErrorKind.Corrupt, name);
        }
        TestKeys.Corrupt(() => Open(new byte[16], blocks)).Message.ShouldContain("another object");
        TestKeys.Corrupt(() => SealedObject.Open(_opener, BlockType.List, null, blocks)).Message.ShouldContain("is a Index");
    }

    [Fact]
    public void Blocks_of_two_epochs_do_not_make_an_object()
    {
        using var later = TestKeys.Create(2);
        using var laterSealer = new BlockSealer(later);
        using var opener = new BlockOpener(epoch => epoch == 1 ? _keys : later);
        var plaintext = new byte[BlockFormat.MaxPlaintextLength + 1];
        var first = SealedObject.Seal(_sealer, BlockType.List, default, plaintext);
        var second = SealedObject.Seal(laterSealer, BlockType.List, default, plaintext);
        TestKeys.Corrupt(() => SealedObject.Open(opener, BlockType.List, null, [first[0].Bytes, second[1].Bytes])).Message.ShouldContain("epoch 2");
    }

    [Fact]
    public async Task A_stream_is_split_into_the_blocks_that_were_joined()
    {
        int[] lengths = [0, 1, 70_000, 5, BlockFormat.MaxPlaintextLength, 12];
        var blocks = lengths.Select((n, i) => _sealer.Seal(BlockType.Chunk, 0, true, default, new SeededRandomSource(i).Bytes(n)).Bytes.ToArray()).ToList();
        using var stream = new TrickleStream([.. blocks.SelectMany(b => b)]);
        var at = 0;
        await foreach (var block in SealedBlockStream.Read(stream, TestContext.Current.CancellationToken))
            block.Span.SequenceEqual(blocks[at++]).ShouldBeTrue();
        at.ShouldBe(blocks.Count);
    }

    [Theory]
    [InlineData(1, "truncated")]
    [InlineData(60, "truncated")]
    [InlineData(-1, "not a sealed block")]
    public async Task A_stream_that_ends_early_or_goes_on_with_something_else_is_refused_with_its_offset(int cut, string message)
    {
        var block = _sealer.Seal(BlockType.Chunk, 0, true, default, new byte[100]).Bytes.ToArray();
        byte[] joined = cut > 0 ? [.. block, .. block[..^cut]] : [.. block, 1];
        var error = await Should.ThrowAsync<BackupException>(async () =>
        {
            await foreach (var read in SealedBlockStream.Read(new MemoryStream(joined), TestContext.Current.CancellationToken)) read.Length.ShouldBe(block.Length);
        });
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain($"offset {block.Length}");
        error.Message.ShouldContain(message);
    }

    private List<ReadOnlyMemory<byte>> Seal(byte[] context, byte[] plaintext) =>
        [.. SealedObject.Seal(_sealer, BlockType.Index, context, plaintext).Select(b => b.Bytes)];

    private byte[] Open(byte[]? context, IEnumerable<ReadOnlyMemory<byte>> blocks) =>
        SealedObject.Open(_opener, BlockType.Index, context is null ? null : (ReadOnlyMemory<byte>?)context, blocks);

    /// <summary>Gives a few bytes at a time, as a network does.</summary>
    private sealed class TrickleStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _turn;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (_turn++ * 7919 % 60_000))], cancellationToken);
    }
}
