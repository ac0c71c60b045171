using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>Our CIDs, nodes and CARs against ipfs-unixfs-importer, @ipld/dag-pb and @ipld/car.</summary>
public sealed class IpfsOracleTests(IpfsOracle oracle) : IClassFixture<IpfsOracle>, IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task Raw_blocks_have_the_same_cid(int size) =>
        ((string?)(await oracle.Ask("raw", new { size }))["cid"]).ShouldBe(TestDag.Raw(TestDag.Content(size)).Cid.ToString());

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(10, 10)]
    [InlineData(11, 10)]
    [InlineData(174 * 10, 10)]
    [InlineData((174 * 10) + 1, 10)]
    [InlineData((175 * 10) + 1, 10)]
    [InlineData(174 * 174, 1)]
    [InlineData((174 * 174) + 1, 1)]
    [InlineData((174 * 174) + 175, 1)]
    [InlineData(70_000, 1)]
    [InlineData(3_000_000, 262_144)]
    public async Task Files_have_the_same_root_and_sizes(int size, int chunk)
    {
        var file = TestDag.File(size, chunk, _ => { });
        var answer = await oracle.Ask("file", new { size, chunk });
        ((string?)answer["cid"]).ShouldBe(file.Root.ToString());
        ((long)answer["size"]!).ShouldBe(file.Size);
        ((long)answer["tsize"]!).ShouldBe(file.Tsize);
    }

    [Fact]
    public async Task Directories_have_the_same_root_and_size()
    {
        (string Path, int Size)[] files = [("backup.json", 300), ("index", 5000), ("data/000/000", 4001), ("data/000/001", 7), ("data/001/000", 0), ("lists/000/000", 1), ("ü 😀", 2), ("\uFFFD", 3)];
        var (root, tsize) = Directory(files.Select(f => (f.Path.Split('/'), f.Size)));
        var answer = await oracle.Ask("directory", new { chunk = 16, files = files.Select(f => new { path = f.Path, size = f.Size }) });
        ((string?)answer["cid"]).ShouldBe(root.ToString());
        ((long)answer["tsize"]!).ShouldBe(tsize);

        static (Cid, long) Directory(IEnumerable<(string[] Path, int Size)> files)
        {
            var (block, tsize) = UnixFsDirectory.Encode(files.GroupBy(f => f.Path[0]).Select(group =>
            {
                var (cid, size) = group.First().Path.Length > 1
                    ? Directory(group.Select(f => (f.Path[1..], f.Size)))
                    : TestDag.File(group.Single().Size, 16, _ => { }) is var file ? (file.Root, file.Tsize) : default;
                return new UnixFsEntry(group.Key, cid, size);
            }));
            return (block.Cid, tsize);
        }
    }

    [Fact]
    public async Task Nodes_are_encoded_and_read_alike()
    {
        var leaf = TestDag.Raw(1).Cid;
        DagPbLink[] links = [new(leaf, "", 0), new(leaf, "", 127), new(leaf, "a", 128), new(leaf, "b", 1L << 40), new(leaf, "\uFFFD", 1), new(leaf, "\U0001F600", 2)];
        var ours = DagPb.Encode(new(links, new byte[] { 1, 2 }));
        var theirs = await oracle.Ask("dagPb", new { data = "0102", links = links.Select(l => new { cid = l.Cid.ToString(), name = l.Name, tsize = l.Tsize }) });
        ((string?)theirs["hex"]).ShouldBe(Convert.ToHexStringLower(ours.Data.Span));
        ((string?)theirs["cid"]).ShouldBe(ours.Cid.ToString());

        var nodes = new List<Block>();
        TestDag.File(30, 10, nodes.Add);
        var read = await oracle.Ask("unixFs", new { hex = Convert.ToHexStringLower(nodes[^1].Data.Span) });
        ((string?)read["kind"]).ShouldBe("file");
        ((long)read["fileSize"]!).ShouldBe(30);
        read["blockSizes"]!.AsArray().Select(size => (long)size!).ShouldBe([10, 10, 10]);
    }

    [Fact]
    public async Task A_car_of_ours_is_read()
    {
        var blocks = new[] { 1, 0, 1000, 1_048_576, 2_097_152 }.Select(size => TestDag.Raw(TestDag.Content(size))).ToList();
        var path = _temporary.File("ours.car");
        await File.WriteAllBytesAsync(path, TestDag.Car(blocks).ToArray(), Cancellation);
        await ShouldRead(path, 1, "bafkqaaa", blocks);

        await using (var file = File.Create(path))
        {
            var car = CarWriter.CreateWithRoot(file, blocks[0].Cid);
            foreach (var block in blocks) car.Write(block);
        }
        await ShouldRead(path, 1, blocks[0].Cid.ToString(), blocks);
    }

    [Fact]
    public async Task A_pack_of_a_vault_is_read_as_CARv2()
    {
        var blocks = Enumerable.Range(1, 20).Select(size => TestDag.Raw(TestDag.Content(size))).ToList();
        var vault = VaultNode.Open("vault", _temporary.File("vault"), new DiskFiles(), new SystemRandomSource());
        await vault.Import(TestDag.Car(blocks), Cancellation);
        await ShouldRead(Directory.GetFiles(_temporary.File("vault/packs"), "*.car").Single(), 2, "bafkqaaa", blocks);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("first")]
    [InlineData("foreign")]
    public async Task A_car_of_theirs_is_read(string roots)
    {
        var path = _temporary.File("theirs.car");
        var answer = await oracle.Ask("writeCar", new { path, roots, sizes = new[] { 10, 0, 300_000, 1, 2_000_000 } });
        await using var stream = File.OpenRead(path);
        var reader = await CarReader.Open(stream, Cancellation);
        reader.RawRoots.Count.ShouldBe(answer["roots"]!.AsArray().Count);
        reader.Roots.Select(root => root.ToString()).ShouldBe(answer["roots"]!.AsArray().Select(root => (string)root!).Where(root => Cid.TryParse(root, out _)));
        var cids = new List<string>();
        await foreach (var block in reader.Blocks(Cancellation)) cids.Add(block.Cid.ToString());
        cids.ShouldBe(answer["cids"]!.AsArray().Select(cid => (string)cid!));
    }

    private async Task ShouldRead(string path, int version, string root, List<Block> blocks)
    {
        var answer = await oracle.Ask("readCar", new { path });
        ((int)answer["version"]!).ShouldBe(version);
        answer["roots"]!.AsArray().Select(r => (string)r!).ShouldBe([root]);
        answer["blocks"]!.AsArray().Select(b => ((string)b!["cid"]!, (int)b["length"]!, (bool)b["ok"]!))
            .ShouldBe(blocks.Select(b => (b.Cid.ToString(), b.Data.Length, true)));
    }
}
