using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Kubo;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>What every node does, over <see cref="KuboNode"/> and a real node.</summary>
public abstract class KuboConformance : IpfsNodeConformance, IDisposable
{
    // too short to find anything, which is what is expected
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(700);
    private readonly List<KuboNode> _opened = [];

    public void Dispose()
    {
        foreach (var node in _opened) node.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<Uri> Url();

    protected override async Task<IIpfsNode> Node() => Open(await Url(), Defaults.NodeTimeout);

    protected override async Task<IIpfsNode> NodeThatWaitsBriefly() => Open(await Url(), Impatient);

    private KuboNode Open(Uri url, TimeSpan timeout)
    {
        var setting = new NodeSetting("IPFS_NODE_1_URL", NodeKind.Kubo, url, Environment.GetEnvironmentVariable("IPFS_TEST_TOKEN")) { Timeout = timeout };
        _opened.Add(KuboNode.Open(setting, new DiskFiles(), new SystemRandomSource(), TimeProvider.System));
        return _opened[^1];
    }
}

public sealed class KuboShapedNodeConformance(IpfsNodesFixture nodes) : KuboConformance
{
    protected override async Task<Uri> Url() => (await nodes.KuboShaped).Urls[0];

    [Fact]
    public async Task It_is_told_from_js_ipfs() => (await (await Node()).Identify(Cancellation)).ShouldBe(new((await nodes.KuboShaped).Ids[0], "kubo 0.40.0-shim"));

    [Fact]
    public async Task The_node_keeps_the_name_of_a_pin()
    {
        var node = await Node();
        var (root, blocks) = NewDag();
        await node.Import(TestDag.Car(blocks), Cancellation);
        await node.Pin(root, "50% + ü & more", Cancellation);
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldContain(new PinnedRoot(root, "50% + ü & more"));
    }
}

public sealed class NativeNodeConformance(IpfsNodesFixture nodes) : KuboConformance
{
    protected override async Task<Uri> Url() => (await nodes.Native).Urls[0];

    [Fact]
    public async Task It_is_told_from_Kubo() => (await (await Node()).Identify(Cancellation)).ShouldBe(new((await nodes.Native).Ids[0], "js-ipfs 0.18.1"));
}

public sealed class GivenNodeConformance : KuboConformance
{
    protected override Task<Uri> Url()
    {
        var url = Environment.GetEnvironmentVariable("IPFS_TEST_NODE_1");
        Assert.SkipWhen(string.IsNullOrEmpty(url), "IPFS_TEST_NODE_1 is not set: no node of your own to test (IPFS_TEST_TOKEN is its bearer token)");
        return Task.FromResult(new Uri(url!));
    }
}

public sealed class SecondGivenNodeConformance : KuboConformance
{
    protected override Task<Uri> Url()
    {
        var url = Environment.GetEnvironmentVariable("IPFS_TEST_NODE_2");
        Assert.SkipWhen(string.IsNullOrEmpty(url), "IPFS_TEST_NODE_2 is not set: no second node of your own to test (IPFS_TEST_TOKEN is its bearer token)");
        return Task.FromResult(new Uri(url!));
    }
}
