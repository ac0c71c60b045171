using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

public sealed class CarFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_file_gives_its_blocks_and_no_others()
    {
        var (root, blocks) = Tree();
        var car = await Open(root, blocks);
        car.Root.ShouldBe(root);
        foreach (var block in blocks) (await car.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
        (await car.Get(TestDag.Raw(1, 2, 3).Cid, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_without_a_block_below_its_root_is_corrupt_although_every_section_is_whole()
    {
        var (root, blocks) = Tree();
        foreach (var missing in blocks)
        {
            var error = await Should.ThrowAsync<BackupException>(() => Open(root, [.. blocks.Where(b => b.Cid != missing.Cid)]));
            error.Kind.ShouldBe(ErrorKind.Corrupt);
            error.Message.ShouldEndWith($"car: it lacks block {missing.Cid}, which is below its root");
            error.Hint.ShouldNotBeNull();
        }
    }

    public void Dispose() => _directory.Dispose();

    private static (Cid Root, List<Block> Blocks) Tree()
    {
        var blocks = new List<Block>();
        var file = TestDag.File(2000, 100, blocks.Add);
        var tree = new UnixFsTree();
        tree.Add("a/file", file.Root, file.Tsize);
        return (tree.Build(blocks.Add), [.. blocks.DistinctBy(b => b.Cid)]);
    }

    private async Task<CarFile> Open(Cid root, IReadOnlyList<Block> blocks)
    {
        var path = Path.Combine(_directory.Path, "some.car");
        await using (var stream = File.Create(path))
        {
            var car = CarWriter.CreateWithRoot(stream, root);
            foreach (var block in blocks) car.Write(block);
        }
        return await CarFile.Open(path, new DiskFiles(), Cancellation);
    }
}
