using BackupFunctions.Ipfs;
using CsCheck;

namespace BackupFunctions.Tests.Ipfs;

public sealed class UnixFsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_of_leaves_of_any_size_reads_back() =>
        await Gen.Int[1, 40].List[0, 400].SampleAsync(async sizes =>
        {
            var node = new MemoryNode();
            var builder = new UnixFsFileBuilder(node.Add);
            var content = TestDag.Content(sizes.Sum());
            var leaves = new List<UnixFsLeaf>();
            for (var at = 0; leaves.Count < sizes.Count; at += sizes[leaves.Count - 1])
            {
                var leaf = TestDag.Raw(content[at..(at + sizes[leaves.Count])]);
                node.Add(leaf);
                builder.AddLeaf(leaf.Cid, leaf.Data.Length);
                leaves.Add(new(leaf.Cid, leaf.Data.Length));
            }
            var file = builder.Finish();
            file.Size.ShouldBe(content.Length);
            var read = new MemoryStream();
            (await node.Reader().CopyTo(file.Root, read)).ShouldBe(content.Length);
            read.ToArray().ShouldBe(content);
            (await node.Reader().Leaves(file.Root).ToListAsync()).ShouldBe(sizes.Count == 0 ? [new(Cid.Raw([]), 0)] : leaves);
        }, iter: 50);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(174, 1)]
    [InlineData(175, 3)]
    [InlineData(174 * 174, 175)]
    [InlineData((174 * 174) + 1, 178)]
    public void The_tree_has_174_links_per_node(int leaves, int nodes)
    {
        var emitted = new List<Block>();
        var builder = new UnixFsFileBuilder(emitted.Add);
        var leaf = TestDag.Raw(1, 2, 3);
        for (var i = 0; i < leaves; i++) builder.AddLeaf(leaf.Cid, 3);
        var file = builder.Finish();
        emitted.Count.ShouldBe(nodes);
        file.Size.ShouldBe(3L * leaves);
        file.Tsize.ShouldBe(file.Size + emitted.Sum(b => (long)b.Data.Length));
        if (nodes > 0) emitted[^1].Cid.ShouldBe(file.Root);
    }

    [Fact]
    public void A_builder_refuses_what_is_no_leaf_and_everything_after_the_end()
    {
        var builder = new UnixFsFileBuilder(_ => { });
        Should.Throw<ArgumentOutOfRangeException>(() => builder.AddLeaf(TestDag.Raw(1).Cid, 0));
        Should.Throw<ArgumentException>(() => builder.AddLeaf(Cid.DagPb([1]), 1));
        builder.Finish();
        Should.Throw<ObjectDisposedException>(() => builder.AddLeaf(TestDag.Raw(1).Cid, 1));
        Should.Throw<ObjectDisposedException>(() => builder.Finish());
    }

    [Fact]
    public async Task Paths_resolve_and_absent_ones_say_what_is_missing()
    {
        var node = new MemoryNode();
        var file = TestDag.File(100, 10, node.Add);
        var (inner, innerSize) = Directory(node, new UnixFsEntry("001", file.Root, file.Tsize));
        var (middle, middleSize) = Directory(node, new UnixFsEntry("000", inner, innerSize));
        var (root, _) = Directory(node, new UnixFsEntry("data", middle, middleSize));
        var reader = node.Reader();

        (await reader.Resolve(root, "data/000/001", Cancellation)).ShouldBe(file.Root);
        (await reader.Resolve(root, "", Cancellation)).ShouldBe(root);
        (await reader.List(inner, Cancellation)).ShouldBe([new("001", file.Root, file.Tsize)]);
        var absent = await Should.ThrowAsync<BackupException>(() => reader.Resolve(root, "data/002/001", Cancellation));
        absent.Kind.ShouldBe(ErrorKind.NotFound);
        absent.Message.ShouldContain("no '002'");
        (await Should.ThrowAsync<BackupException>(() => reader.Resolve(root, "data/000/001/x", Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
        (await Should.ThrowAsync<BackupException>(() => reader.CopyTo(root, Stream.Null))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task A_walk_yields_every_block_and_each_node_once()
    {
        var node = new MemoryNode();
        var file = TestDag.File(400, 1, node.Add);
        var (root, _) = Directory(node, new UnixFsEntry("a", file.Root, file.Tsize), new UnixFsEntry("b", file.Root, file.Tsize));
        var walked = await node.Reader().Walk(root).ToListAsync(Cancellation);
        walked.ToHashSet().ShouldBe(node.Held.Keys, ignoreOrder: true);
        walked[0].ShouldBe(root);
        walked.Where(c => c.Codec == Cid.DagPbCodec).ShouldBeUnique();
        node.Asked.ShouldBeUnique();
    }

    [Fact]
    public async Task A_walk_keeps_its_limits()
    {
        var node = new MemoryNode();
        var at = TestDag.Raw(1).Cid;
        for (var level = 0; level < 20; level++) (at, _) = Directory(node, new("a", at, 1), new("b", at, 1));
        (await node.Reader().Walk(at).CountAsync(Cancellation)).ShouldBe(22);
        var deep = await Should.ThrowAsync<BackupException>(async () => await node.Reader().Walk(at, new(MaxDepth: 10)).CountAsync(Cancellation));
        deep.Kind.ShouldBe(ErrorKind.Corrupt);
        deep.Message.ShouldContain("10 levels");
        var many = await Should.ThrowAsync<BackupException>(async () => await node.Reader().Walk(at, new(MaxNodes: 5)).CountAsync(Cancellation));
        many.Message.ShouldContain("5 nodes");
    }

    [Fact]
    public async Task Few_nodes_that_describe_a_huge_file_are_stopped_by_the_size()
    {
        var node = new MemoryNode();
        var leaf = TestDag.Raw(new byte[1000]);
        node.Add(leaf);
        var part = (Cid: leaf.Cid, Size: 1000L, Tsize: 1000L);
        for (var level = 0; level < 6; level++) part = Parent(node, Enumerable.Repeat(part, 100));
        var e = await Should.ThrowAsync<BackupException>(() => node.Reader().CopyTo(part.Cid, Stream.Null, maxSize: 1_000_000));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
        e.Message.ShouldContain("1000000000000000 bytes");
        node.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_tree_that_is_too_deep_is_refused()
    {
        var node = new MemoryNode();
        var leaf = TestDag.Raw(1);
        node.Add(leaf);
        var part = (Cid: leaf.Cid, Size: 1L, Tsize: 1L);
        for (var level = 0; level < UnixFsReader.MaxFileDepth; level++) part = Parent(node, [part]);
        (await node.Reader().CopyTo(part.Cid, Stream.Null)).ShouldBe(1);
        part = Parent(node, [part]);
        (await Should.ThrowAsync<BackupException>(() => node.Reader().CopyTo(part.Cid, Stream.Null))).Message.ShouldContain("levels");
    }

    [Theory]
    [InlineData(9, 10, 10)]
    [InlineData(11, 10, 10)]
    [InlineData(10, 9, 10)]
    [InlineData(10, 10, 9)]
    public async Task Sizes_that_contradict_the_blocks_are_refused(int leafSize, int linkSize, int linkTsize)
    {
        if ((leafSize, linkSize, linkTsize) is (10, 10, 10)) return;
        var node = new MemoryNode();
        var (good, bad) = (TestDag.Raw(new byte[10]), TestDag.Raw(new byte[leafSize]));
        node.Add(good);
        node.Add(bad);
        var file = Parent(node, [(good.Cid, 10, 10), (bad.Cid, linkSize, linkTsize)]);
        (await Should.ThrowAsync<BackupException>(() => node.Reader().CopyTo(file.Cid, Stream.Null))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public async Task A_node_that_contradicts_its_parent_is_refused(int size, int tsize)
    {
        var node = new MemoryNode();
        var leaf = TestDag.Raw(new byte[10]);
        node.Add(leaf);
        var inner = Parent(node, [(leaf.Cid, 10, 10), (leaf.Cid, 10, 10)]);
        var file = Parent(node, [(inner.Cid, inner.Size + size, inner.Tsize + tsize)]);
        (await Should.ThrowAsync<BackupException>(() => node.Reader().CopyTo(file.Cid, Stream.Null))).Message.ShouldContain("parent says");
    }

    [Fact]
    public async Task A_missing_block_ends_the_stream_with_not_found_and_an_abandoned_one_stops_reading()
    {
        var node = new MemoryNode();
        var file = TestDag.File(1000, 10, node.Add);
        var leaves = await node.Reader().Leaves(file.Root, cancellationToken: Cancellation).ToListAsync(Cancellation);
        await foreach (var block in node.Reader().Blocks(file.Root, cancellationToken: Cancellation)) break;
        node.Asked.Count.ShouldBeLessThan(15);
        node.Held.TryRemove(leaves[50].Cid, out _);
        var read = new MemoryStream();
        (await Should.ThrowAsync<BackupException>(() => node.Reader().CopyTo(file.Root, read))).Kind.ShouldBe(ErrorKind.NotFound);
        read.Length.ShouldBe(500);
    }

    private static (Cid, long) Directory(MemoryNode node, params UnixFsEntry[] entries)
    {
        var (block, tsize) = UnixFsDirectory.Encode(entries);
        node.Add(block);
        return (block.Cid, tsize);
    }

    private static (Cid Cid, long Size, long Tsize) Parent(MemoryNode node, IEnumerable<(Cid Cid, long Size, long Tsize)> parts)
    {
        var all = parts.ToList();
        var data = new UnixFsData(UnixFsKind.File, [.. all.Select(p => p.Size)]);
        var block = DagPb.Encode(new([.. all.Select(p => new DagPbLink(p.Cid, "", p.Tsize))], data.Encode()));
        node.Add(block);
        return (block.Cid, data.FileSize, block.Data.Length + all.Sum(p => p.Tsize));
    }
}
