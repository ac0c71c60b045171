using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Encryption;

namespace BackupFunctions.Tests.Ipfs;

public sealed class VaultCollectionTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly SeededRandomSource _random = new(8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string[] Packs => Directory.GetFiles(_temporary.File("vault/packs"), "*.car");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task What_no_pin_reaches_goes_and_what_pinned_dags_share_stays()
    {
        var vault = Open();
        var shared = Leaves(3);
        var (kept, keptBlocks) = Dag([.. shared, .. Leaves(2)]);
        var (gone, goneBlocks) = Dag([.. shared, .. Leaves(4)]);
        await vault.Import(TestDag.Car(goneBlocks), Cancellation);
        await vault.Import(TestDag.Car(keptBlocks), Cancellation);
        await vault.Pin(kept, "kept", Cancellation);
        await vault.Pin(gone, "gone", Cancellation);
        (await vault.CollectGarbage(0, Cancellation)).ShouldBe(new VaultCollection(true, 0));

        await vault.Unpin(gone, Cancellation);
        var before = Size();
        var collected = await vault.CollectGarbage(0, Cancellation);
        collected.Done.ShouldBeTrue();
        collected.Bytes.ShouldBe(before - Size());
        collected.Bytes.ShouldBeGreaterThan(4000);
        foreach (var node in new[] { vault, Open() })
        {
            foreach (var block in keptBlocks) (await node.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
            foreach (var block in goneBlocks.Except(keptBlocks)) (await node.Has(block.Cid, Cancellation)).ShouldBeFalse();
        }
        (await vault.CollectGarbage(0, Cancellation)).ShouldBe(new VaultCollection(true, 0));
    }

    [Fact]
    public async Task A_pack_of_which_nothing_is_live_goes_whole()
    {
        var vault = Open();
        await vault.Import(TestDag.Car(Leaves(5)), Cancellation);
        var length = new FileInfo(Packs.ShouldHaveSingleItem()).Length;
        (await vault.CollectGarbage(1, Cancellation)).ShouldBe(new VaultCollection(true, length));
        Packs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pack_with_little_that_is_dead_is_not_worth_writing_anew()
    {
        var vault = Open();
        var (root, blocks) = Dag(Leaves(9));
        await vault.Import(TestDag.Car([.. blocks, .. Leaves(1)]), Cancellation);
        await vault.Pin(root, "kept", Cancellation);
        var pack = Packs;
        (await vault.CollectGarbage(VaultCollection.UsualShare, Cancellation)).Bytes.ShouldBe(0);
        Packs.ShouldBe(pack);
        (await vault.CollectGarbage(0.05, Cancellation)).Bytes.ShouldBeGreaterThan(1000);
        Packs.ShouldNotBe(pack);
    }

    [Fact]
    public async Task Another_process_does_not_pin_what_it_had_seen_before_and_is_gone()
    {
        var (vault, other) = (Open(), Open());
        var (root, blocks) = Dag(Leaves(4));
        await other.Import(TestDag.Car(blocks), Cancellation);
        await other.Pin(root, "kept", Cancellation);
        await other.Unpin(root, Cancellation);
        await vault.CollectGarbage(0, Cancellation);

        (await other.Has(blocks[0].Cid, Cancellation)).ShouldBeFalse();
        (await Should.ThrowAsync<BackupException>(() => other.Pin(root, "kept", Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
        await other.Import(TestDag.Car(blocks), Cancellation);
        await other.Pin(root, "kept", Cancellation);
        foreach (var block in blocks) (await vault.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
    }

    [Fact]
    public async Task Another_process_reads_on_while_packs_are_written_anew()
    {
        var (vault, other) = (Open(), Open());
        var (root, blocks) = Dag(Leaves(4));
        await vault.Import(TestDag.Car([.. blocks, .. Leaves(4)]), Cancellation);
        await vault.Pin(root, "kept", Cancellation);
        (await other.Get(blocks[0].Cid, Cancellation)).ShouldBe(blocks[0].Data.ToArray());
        (await vault.CollectGarbage(0, Cancellation)).Bytes.ShouldBeGreaterThan(0);
        foreach (var block in blocks) (await other.Get(block.Cid, Cancellation)).ShouldBe(block.Data.ToArray());
    }

    [Fact]
    public async Task Nothing_is_deleted_while_a_pinned_directory_cannot_be_read()
    {
        var vault = Open();
        var (root, blocks) = Dag(Leaves(3));
        await vault.Import(TestDag.Car(blocks), Cancellation);
        await vault.Pin(root, "kept", Cancellation);
        await vault.Import(TestDag.Car(Leaves(3)), Cancellation);
        Damage(blocks[^1]);
        (await Should.ThrowAsync<BackupException>(() => Open().CollectGarbage(0, Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
        Packs.Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_damaged_block_that_is_pinned_stays_where_it_is_until_it_is_healed()
    {
        var vault = Open();
        var (root, blocks) = Dag(Leaves(3));
        await vault.Import(TestDag.Car([.. blocks, .. Leaves(9)]), Cancellation);
        await vault.Pin(root, "kept", Cancellation);
        Damage(blocks[0]);
        var pack = Packs;
        (await Open().CollectGarbage(0, Cancellation)).Bytes.ShouldBe(0);
        Packs.ShouldBe(pack);
        await Open().Import(TestDag.Car(blocks), Cancellation);
        (await Open().Get(blocks[0].Cid, Cancellation)).ShouldBe(blocks[0].Data.ToArray());
    }

    private VaultNode Open() => VaultNode.Open("vault", _temporary.File("vault"), new DiskFiles(), _random);

    private long Size() => Packs.Sum(p => new FileInfo(p).Length);

    private List<Block> Leaves(int count) => [.. Enumerable.Range(0, count).Select(_ => TestDag.Raw(_random.Bytes(1000)))];

    private static (Cid Root, List<Block> Blocks) Dag(List<Block> leaves)
    {
        var builder = new UnixFsFileBuilder(leaves.Add);
        foreach (var leaf in leaves.ToList()) builder.AddLeaf(leaf.Cid, leaf.Data.Length);
        return (builder.Finish().Root, leaves);
    }

    private void Damage(Block block)
    {
        foreach (var pack in Packs)
        {
            var bytes = File.ReadAllBytes(pack);
            var at = bytes.AsSpan().IndexOf(block.Data.Span);
            if (at < 0) continue;
            bytes[at + (block.Data.Length / 2)] ^= 1;
            File.WriteAllBytes(pack, bytes);
        }
    }
}
