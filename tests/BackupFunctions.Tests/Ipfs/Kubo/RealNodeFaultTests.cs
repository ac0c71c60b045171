using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>Faults of real nodes, behind the retries. The nodes are of this class alone.</summary>
public sealed class RealNodeFaultTests : IAsyncLifetime
{
    private IpfsNodePair _pair = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _pair = await IpfsNodePair.Start(native: false, Cancellation);

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task What_fails_once_is_done_again_and_what_a_dead_node_is_asked_fails_with_its_name()
    {
        var node = NodeFactory.Open(
            new("IPFS_NODE_1_URL", NodeKind.Kubo, _pair.Urls[0], Token: null) { Timeout = TimeSpan.FromSeconds(3) }, new DiskFiles(), new SystemRandomSource(), TimeProvider.System);
        using var owner = (IDisposable)node;
        var blocks = new List<Block>();
        var root = TestDag.File(2_000_000, 200_000, blocks.Add).Root;

        foreach (var fault in new[] { "\"status\":503", "\"reset\":true", "\"error\":\"disk full\"", "\"hang\":true" })
        {
            await _pair.SetFaults(0, $"[{{\"match\":\"dag/import\",{fault},\"times\":1}}]", Cancellation);
            var opened = 0;
            var imported = await node.Import(_ =>
            {
                opened++;
                return Task.FromResult<Stream>(TestDag.Car(blocks));
            }, Cancellation);
            imported.Blocks.ShouldBe(blocks.Count);
            opened.ShouldBeInRange(1, 2);
        }

        await _pair.SetFaults(0, """[{"match":"block/get","cutAfter":1000,"times":1},{"match":"pin/add","error":"lock","times":2},{"match":"pin/ls","status":502,"times":1}]""", Cancellation);
        (await node.Get(blocks[0].Cid, Cancellation)).ShouldBe(blocks[0].Data.ToArray());
        await node.Pin(root, "x", Cancellation);
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldContain(new PinnedRoot(root, "x"));

        await _pair.Ask(0, "repo/gc", Cancellation);
        foreach (var block in blocks) (await node.Has(block.Cid, Cancellation)).ShouldBeTrue();

        await _pair.Kill(0, Cancellation);
        var e = await Should.ThrowAsync<BackupException>(() => node.Get(blocks[0].Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("IPFS_NODE_1_URL");
        e.Hint.ShouldNotBeNull();
    }
}
