using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>
/// What every <see cref="IIpfsNode"/> does. Runs on nodes that hold other things too: each test uses new bytes, and looks only at its own pins.
/// </summary>
public abstract class IpfsNodeConformance
{
    private readonly List<Block> _stored = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The node under test; the same one each time within a test.</summary>
    protected abstract Task<IIpfsNode> Node();

    /// <summary>The same node through a client that gives up soon, for what a node would wait for in vain.</summary>
    protected virtual Task<IIpfsNode> NodeThatWaitsBriefly() => Node();

    protected static Block NewBlock(int size = 1000)
    {
        var bytes = new byte[size];
        new SystemRandomSource().Fill(bytes);
        return new(Cid.Raw(bytes), bytes);
    }

    /// <summary>A directory with a file of several leaves; its blocks in order of a CAR, the root last.</summary>
    protected (Cid Root, List<Block> Blocks) NewDag(int leaves = 3)
    {
        _stored.Clear();
        var builder = new UnixFsFileBuilder(_stored.Add);
        for (var i = 0; i < leaves; i++)
        {
            var leaf = NewBlock();
            _stored.Add(leaf);
            builder.AddLeaf(leaf.Cid, leaf.Data.Length);
        }
        var file = builder.Finish();
        var (directory, _) = UnixFsDirectory.Encode([new("file", file.Root, file.Tsize)]);
        _stored.Add(directory);
        return (directory.Cid, [.. _stored]);
    }

    [Fact]
    public async Task It_says_who_it_is()
    {
        var node = await Node();
        var identity = await node.Identify(Cancellation);
        identity.Id.ShouldNotBeEmpty();
        identity.Agent.ShouldNotBeEmpty();
        (await node.Identify(Cancellation)).ShouldBe(identity);
        node.Name.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_block_that_was_never_stored_is_not_held_and_is_null()
    {
        var node = await Node();
        var cid = NewBlock().Cid;
        (await node.Has(cid, Cancellation)).ShouldBeFalse();
        (await node.Get(cid, Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(128 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task An_imported_block_is_held_and_comes_back(int size)
    {
        var node = await Node();
        var block = NewBlock(size);
        (await node.Import(TestDag.Car(block), Cancellation)).ShouldBe(new(1, size));
        (await node.Has(block.Cid, Cancellation)).ShouldBeTrue();
        (await node.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
    }

    [Fact]
    public async Task Many_blocks_come_back_and_the_stream_is_disposed()
    {
        var node = await Node();
        var blocks = Enumerable.Range(0, 200).Select(_ => NewBlock()).ToList();
        var car = TestDag.Car(blocks);
        (await node.Import(car, Cancellation)).ShouldBe(new(200, 200_000));
        car.CanRead.ShouldBeFalse();
        foreach (var block in blocks) (await node.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
    }

    [Fact]
    public async Task Importing_again_changes_nothing()
    {
        var node = await Node();
        var (root, blocks) = NewDag();
        await node.Import(TestDag.Car(blocks), Cancellation);
        var again = await node.Import(TestDag.Car(blocks), Cancellation);
        again.Blocks.ShouldBe(blocks.Count);
        foreach (var block in blocks) (await node.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
        (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_block_whose_bytes_are_wrong_is_refused()
    {
        var node = await Node();
        var block = NewBlock();
        var wrong = new Block(NewBlock().Cid, block.Data);
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(TestDag.Car(wrong), Cancellation));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
        (await node.Has(wrong.Cid, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_refused()
    {
        var node = await Node();
        var last = NewBlock();
        var car = TestDag.Car(NewBlock(), last).ToArray();
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(new MemoryStream(car, 0, car.Length - 1), Cancellation));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
        (await node.Has(last.Cid, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_pin_is_listed_with_its_root_until_it_is_unpinned()
    {
        var node = await Node();
        var (root, blocks) = NewDag();
        await node.Import(TestDag.Car(blocks), Cancellation);
        await node.Pin(root, "full backup ü", Cancellation);
        (await node.IsPinned(root, Cancellation)).ShouldBeTrue();
        var pin = (await node.Pins(Cancellation).ToListAsync(Cancellation)).Where(p => p.Root == root).ShouldHaveSingleItem();
        pin.Name.ShouldBeOneOf("full backup ü", "");
        await node.Unpin(root, Cancellation);
        (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldNotContain(p => p.Root == root);
    }

    [Fact]
    public async Task A_pinned_root_keeps_its_name()
    {
        var node = await Node();
        var (root, blocks) = NewDag();
        await node.Import(TestDag.Car(blocks), Cancellation);
        await node.Pin(root, "first", Cancellation);
        await node.Pin(root, "second", Cancellation);
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).Single(p => p.Root == root).Name.ShouldBeOneOf("first", "");
        await node.Unpin(root, Cancellation);
    }

    [Fact]
    public async Task A_root_with_a_missing_block_is_not_pinned()
    {
        var (node, brief) = (await Node(), await NodeThatWaitsBriefly());
        for (var missing = 0; missing < 5; missing++)
        {
            var (root, blocks) = NewDag();
            await node.Import(TestDag.Car(blocks.Where((_, i) => i != missing)), Cancellation);
            var e = await Should.ThrowAsync<BackupException>(() => brief.Pin(root, "x", Cancellation));
            e.Kind.ShouldBe(ErrorKind.NotFound);
            (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Unpinning_what_is_not_pinned_is_fine() => await (await Node()).Unpin(NewBlock().Cid, Cancellation);

    [Fact]
    public async Task Importing_and_reading_at_once_works()
    {
        var node = await Node();
        var sets = Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, 20).Select(_ => NewBlock()).ToList()).ToList();
        await Task.WhenAll(sets.Select(async set =>
        {
            await node.Import(TestDag.Car(set), Cancellation);
            foreach (var block in set) (await node.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
        }));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled()
    {
        var node = await Node();
        await Should.ThrowAsync<OperationCanceledException>(() => node.Import(TestDag.Car(NewBlock()), new CancellationToken(canceled: true)));
    }
}
