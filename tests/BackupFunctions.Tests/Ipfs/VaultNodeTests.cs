using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

public sealed class VaultNodeTests : IpfsNodeConformance, IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly DiskFiles _files = new();
    private VaultNode? _node;

    public void Dispose() => _temporary.Dispose();

    protected override Task<IIpfsNode> Node() => Task.FromResult<IIpfsNode>(_node ??= Open());

    private string Directory => _temporary.File("vault");

    private string[] Files => [.. System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories)];

    private string[] Packs => [.. Files.Where(f => f.EndsWith(".car", StringComparison.Ordinal))];

    private VaultNode Open(IFiles? files = null) => VaultNode.Open("IPFS_NODE_1_URL file:///vault", Directory, files ?? _files, new SystemRandomSource());

    [Fact]
    public async Task Blocks_pins_and_the_id_survive_reopening()
    {
        var (root, blocks) = NewDag();
        var node = Open();
        await node.Import(TestDag.Car(blocks), Cancellation);
        await node.Pin(root, "name", Cancellation);

        var reopened = Open();
        (await reopened.Identify(Cancellation)).ShouldBe(await node.Identify(Cancellation));
        foreach (var block in blocks) (await reopened.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
        (await reopened.Pins(Cancellation).ToListAsync(Cancellation)).ShouldBe([new(root, "name")]);
    }

    [Fact]
    public async Task Many_that_read_first_at_once_all_find_their_blocks()
    {
        var (_, blocks) = NewDag();
        await Open().Import(TestDag.Car(blocks), Cancellation);
        for (var round = 0; round < 25; round++)
        {
            var reopened = Open();
            var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => reopened.Get(blocks[0].Cid, Cancellation))));
            read.ShouldAllBe(bytes => bytes != null);
        }
    }

    [Fact]
    public async Task A_vault_whose_id_is_gone_is_not_made_anew()
    {
        await Open().Import(TestDag.Car(NewBlock()), Cancellation);
        File.Delete(Path.Combine(Directory, "id"));
        var e = Should.Throw<BackupException>(() => Open());
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("id is gone");
        File.Exists(Path.Combine(Directory, "id")).ShouldBeFalse();
    }

    [Fact]
    public async Task Blocks_imported_through_another_instance_are_seen()
    {
        var (here, there) = (Open(), Open());
        for (var i = 0; i < 3; i++)
        {
            var block = NewBlock();
            (await there.Has(block.Cid, Cancellation)).ShouldBeFalse();
            await here.Import(TestDag.Car(block), Cancellation);
            (await there.Has(block.Cid, Cancellation)).ShouldBeTrue();
            (await there.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
            (here, there) = (there, here);
        }
    }

    [Fact]
    public async Task Instances_that_import_the_same_blocks_at_once_both_succeed()
    {
        var blocks = Enumerable.Range(0, 50).Select(_ => NewBlock()).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open().Import(TestDag.Car(blocks), Cancellation), Cancellation)));
        var node = Open();
        foreach (var block in blocks) (await node.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
    }

    [Fact]
    public async Task A_block_is_stored_once()
    {
        var (a, b) = (NewBlock(), NewBlock());
        var node = Open();
        await node.Import(TestDag.Car(a, a), Cancellation);
        var one = new FileInfo(Packs.ShouldHaveSingleItem()).Length;
        await node.Import(TestDag.Car(a), Cancellation);
        await Open().Import(TestDag.Car(a, b), Cancellation);
        Packs.Length.ShouldBe(2);
        Packs.ShouldAllBe(p => new FileInfo(p).Length == one);
    }

    [Fact]
    public async Task Importing_a_block_again_heals_a_damaged_copy()
    {
        var (damaged, other) = (NewBlock(), NewBlock());
        await Open().Import(TestDag.Car(damaged, other), Cancellation);
        Overwrite(damaged.Data.Span, b => b[500] ^= 1);

        var node = Open();
        (await node.Get(damaged.Cid, Cancellation)).ShouldNotBe(damaged.Data.ToArray());
        await node.Import(TestDag.Car(damaged, other), Cancellation);
        (await node.Get(damaged.Cid, Cancellation)).ShouldBe(damaged.Data.ToArray());
        for (var i = 0; i < 3; i++) (await Open().Get(damaged.Cid, Cancellation)).ShouldBe(damaged.Data.ToArray());
    }

    [Fact]
    public async Task A_damaged_index_is_rebuilt_from_the_payload()
    {
        var blocks = Enumerable.Range(0, 20).Select(_ => NewBlock()).ToList();
        await Open().Import(TestDag.Car(blocks), Cancellation);
        var pack = Packs.Single();
        var bytes = await File.ReadAllBytesAsync(pack, Cancellation);
        // the index ends the file: 20 records of 40 bytes behind 18 bytes
        bytes[^(20 * 40 + 18)] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes, Cancellation);
        foreach (var block in blocks) (await Open().Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
        await File.WriteAllBytesAsync(pack, bytes[..^900], Cancellation);
        var e = await Should.ThrowAsync<BackupException>(() => Open().Get(blocks[0].Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
        e.Message.ShouldContain(Path.GetFileNameWithoutExtension(pack));
    }

    [Fact]
    public async Task A_pack_that_vanished_means_its_blocks_are_not_held()
    {
        var (gone, kept) = (NewBlock(), NewBlock());
        var node = Open();
        await node.Import(TestDag.Car(gone), Cancellation);
        File.Delete(Packs.Single());
        await node.Import(TestDag.Car(kept), Cancellation);
        (await node.Get(gone.Cid, Cancellation)).ShouldBeNull();
        (await node.Has(gone.Cid, Cancellation)).ShouldBeFalse();
        (await node.Get(kept.Cid, Cancellation)).ShouldNotBeNull();
        await node.Import(TestDag.Car(gone), Cancellation);
        (await node.Get(gone.Cid, Cancellation)).ShouldBe(gone.Data.ToArray());
    }

    [Fact]
    public async Task A_failed_import_leaves_no_file()
    {
        var node = Open();
        var before = Files;
        var car = TestDag.Car(Enumerable.Range(0, 100).Select(_ => NewBlock()).ToList()).ToArray();
        await Should.ThrowAsync<BackupException>(() => node.Import(new MemoryStream(car, 0, car.Length - 1), Cancellation));
        Files.ShouldBe(before);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5_000)]
    [InlineData(150_000)]
    public async Task A_full_disk_fails_with_a_hint_and_leaves_no_file(long room)
    {
        var disk = new FullDisk(1000);
        var node = Open(disk);
        var before = Files;
        disk.Room = room;
        var blocks = Enumerable.Range(0, 150).Select(_ => NewBlock()).ToList();
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(TestDag.Car(blocks), Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("IPFS_NODE_1_URL");
        e.Hint.ShouldNotBeNull().ShouldContain("free space");
        Files.ShouldBe(before);
        disk.Room = 1_000_000;
        await node.Import(TestDag.Car(blocks), Cancellation);
        (await node.Get(blocks[^1].Cid, Cancellation)).ShouldBe(blocks[^1].Data.ToArray());
    }

    [Fact]
    public async Task A_vault_whose_volume_is_gone_fails_and_does_not_look_empty()
    {
        var node = Open();
        var (root, blocks) = NewDag();
        await node.Import(TestDag.Car(blocks), Cancellation);
        System.IO.Directory.Move(Directory, Directory + "-unmounted");
        Func<Task>[] calls =
        [
            () => node.Identify(Cancellation), () => node.Has(NewBlock().Cid, Cancellation), () => node.Get(blocks[0].Cid, Cancellation),
            () => node.Import(TestDag.Car(blocks), Cancellation), () => node.Pin(root, "x", Cancellation), () => node.Unpin(root, Cancellation),
            () => node.IsPinned(root, Cancellation), async () => await node.Pins(Cancellation).ToListAsync(Cancellation),
        ];
        foreach (var call in calls)
        {
            var e = await Should.ThrowAsync<BackupException>(call);
            e.Kind.ShouldBe(ErrorKind.Failed);
            e.Hint.ShouldNotBeNull().ShouldContain("mounted");
        }
        System.IO.Directory.Exists(Directory).ShouldBeFalse();
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_a_clear_error()
    {
        File.WriteAllText(Directory, "a file");
        var e = Should.Throw<BackupException>(() => Open());
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("IPFS_NODE_1_URL");
    }

    [Fact]
    public async Task Files_that_are_no_pins_are_not_listed()
    {
        var node = Open();
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "pins"));
        await File.WriteAllTextAsync(Path.Combine(Directory, "pins", ".DS_Store"), "x", Cancellation);
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pin_name_over_255_bytes_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(() => Open().Pin(NewBlock().Cid, new string('ü', 128), Cancellation));

    [Theory]
    [InlineData("file:///var/lib/vault", "/var/lib/vault")]
    [InlineData("file:///with%20space/%C3%BC", "/with space/ü")]
    public void A_file_address_names_a_directory(string address, string directory) => VaultNode.DirectoryOf(new(address)).ShouldBe(directory);

    [Theory]
    [InlineData("file://vault/a")]
    [InlineData("file://localhost/a")]
    [InlineData("file:///")]
    [InlineData("file:///a?b=c")]
    [InlineData("http://127.0.0.1:5001")]
    public void Another_address_is_a_configuration_error(string address) =>
        Should.Throw<BackupException>(() => VaultNode.DirectoryOf(new(address))).Kind.ShouldBe(ErrorKind.Configuration);

    private void Overwrite(ReadOnlySpan<byte> data, Action<byte[]> damage)
    {
        var pack = Packs.Single();
        var bytes = File.ReadAllBytes(pack);
        var at = bytes.AsSpan().IndexOf(data);
        var copy = data.ToArray();
        damage(copy);
        copy.CopyTo(bytes, at);
        File.WriteAllBytes(pack, bytes);
    }
}
