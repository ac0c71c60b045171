using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Kubo;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>Between two real nodes.</summary>
public sealed class BitswapTests(IpfsNodesFixture nodes)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_imported_on_one_node_is_pinned_on_the_other(bool native)
    {
        var pair = await (native ? nodes.Native : nodes.KuboShaped);
        using var one = Open(pair.Urls[0]);
        using var two = Open(pair.Urls[1]);
        var blocks = new List<Block>();
        var file = TestDag.File(3_000_000 + (native ? 1 : 0), 500_000, blocks.Add);
        await one.Import(TestDag.Car(blocks), Cancellation);
        (await two.Has(file.Root, Cancellation)).ShouldBeFalse();

        await two.Pin(file.Root, "copy", Cancellation);

        foreach (var block in blocks) (await two.Has(block.Cid, Cancellation)).ShouldBeTrue();
        (await two.Get(blocks[0].Cid, Cancellation)).ShouldBe(blocks[0].Data.ToArray());
        (await one.IsPinned(file.Root, Cancellation)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_block_of_the_peer_is_not_held(bool native)
    {
        var pair = await (native ? nodes.Native : nodes.KuboShaped);
        using var one = Open(pair.Urls[0]);
        using var two = Open(pair.Urls[1]);
        var bytes = new byte[1000];
        new SystemRandomSource().Fill(bytes);
        var block = TestDag.Raw(bytes);
        await one.Import(TestDag.Car(block), Cancellation);
        (await two.Has(block.Cid, Cancellation)).ShouldBeFalse();
        (await two.Get(block.Cid, Cancellation)).ShouldBeNull();
        (await two.Has(block.Cid, Cancellation)).ShouldBeFalse();
    }

    private static KuboNode Open(Uri url) =>
        KuboNode.Open(new("IPFS_NODE_1_URL", NodeKind.Kubo, url, Token: null), new DiskFiles(), new SystemRandomSource(), TimeProvider.System);
}
