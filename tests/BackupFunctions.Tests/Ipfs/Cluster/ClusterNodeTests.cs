using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Cluster;
using BackupFunctions.Ipfs.Kubo;
using BackupFunctions.Tests.Ipfs.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs.Cluster;

/// <summary>How a cluster differs from a node. Against <see cref="ClusterDouble"/>, which is no proof of a real cluster.</summary>
public sealed class ClusterNodeTests(IpfsNodesFixture nodes) : IAsyncDisposable
{
    private readonly List<IDisposable> _opened = [];
    private ClusterDouble? _cluster;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened) opened.Dispose();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task It_is_known_by_the_node_behind_it()
    {
        var cluster = await Cluster();
        (await Open(cluster).Identify(Cancellation)).ShouldBe(new((await nodes.KuboShaped).Ids[0], "cluster 1.1.6, kubo 0.40.0-shim"));
    }

    [Fact]
    public async Task A_peer_that_keeps_its_blocks_on_another_node_than_we_read_from_is_told()
    {
        var cluster = await Cluster();
        cluster.Peers[0].NodeId = "12D3KooWElsewhere";
        var e = await Should.ThrowAsync<BackupException>(() => Open(cluster).Identify(Cancellation));
        e.Message.ShouldContain("the node behind the peer is 12D3KooWElsewhere, and IPFS_NODE_1_URL");
    }

    [Fact]
    public async Task A_peer_whose_node_is_down_is_told()
    {
        var cluster = await Cluster();
        cluster.Peers[0].NodeId = "";
        (await Should.ThrowAsync<BackupException>(() => Open(cluster).Identify(Cancellation))).Message.ShouldContain("does not answer it: dial tcp: connection refused");
    }

    [Fact]
    public async Task A_pin_asks_for_copies_by_name_and_with_metadata()
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        var root = await Imported(node);
        var name = string.Concat(Enumerable.Repeat("ü", 127));
        await node.Pin(root, name, Cancellation);
        var pin = cluster.Pins.ShouldHaveSingleItem();
        (pin.Root, pin.Name, pin.Mode, pin.Factor).ShouldBe((root, name, "recursive", 2));
        pin.Metadata.ShouldContainKeyAndValue("creator", "backupfunctions");
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldBe([new(root, name)]);
    }

    [Fact]
    public async Task Both_nodes_hold_what_one_of_them_got()
    {
        var cluster = await Cluster();
        var root = await Imported(Open(cluster));
        using var second = OpenKubo(cluster, 1);
        (await second.Has(root, Cancellation)).ShouldBeFalse();
        await Open(cluster).Pin(root, "x", Cancellation);
        (await second.IsPinned(root, Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_pin_that_is_only_accepted_is_waited_for()
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        var root = await Imported(node);
        foreach (var status in new[] { "pin_queued", "pinning", "cluster_error", "pinning" }) cluster.Peers[1].Say(status);
        await node.Pin(root, "x", Cancellation);
        cluster.Asked(0).Count(a => a == $"GET /pins/{root}").ShouldBe(5);
        (await node.IsPinned(root, Cancellation)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("pin_error")]
    [InlineData("unexpectedly_unpinned")]
    public async Task A_peer_that_failed_is_recovered(string status)
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        var root = await Imported(node);
        cluster.Peers[1].Say(status, "context deadline exceeded");
        await node.Pin(root, "x", Cancellation);
        cluster.Asked(0).Count(a => a == $"POST /pins/{root}/recover").ShouldBe(1);
    }

    [Fact]
    public async Task A_peer_that_keeps_failing_is_told_with_what_each_peer_says()
    {
        var cluster = await Cluster();
        var time = new FakeTimeProvider();
        var node = Open(cluster, timeout: TimeSpan.FromDays(1), time: time);
        var root = await Imported(node);
        for (var i = 0; i < 9; i++) cluster.Peers[1].Say("pin_error", "no space left on device");
        var e = await Should.ThrowAsync<BackupException>(WhilePolled(node.Pin(root, "x", Cancellation), cluster, time, TimeSpan.FromSeconds(10)));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("peer-0: pinned; peer-1: pin_error (no space left on device)");
        cluster.Asked(0).Count(a => a.EndsWith("/recover", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task A_queue_that_does_not_move_ends_the_wait_and_is_no_pin()
    {
        var cluster = await Cluster();
        var root = await Imported(Open(cluster));
        cluster.Peers[1].Stuck = "pin_queued";
        var time = new FakeTimeProvider();
        var node = Open(cluster, timeout: TimeSpan.FromDays(1), time: time);
        var e = await Should.ThrowAsync<BackupException>(WhilePolled(node.Pin(root, "x", Cancellation), cluster, time, TimeSpan.FromHours(2)));
        e.Message.ShouldContain("want it on 2 peers; nothing changes any more: peer-0: pinned; peer-1: pin_queued");
        (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
        cluster.Peers[1].Stuck = null;
        await Open(cluster).Pin(root, "x", Cancellation);
        cluster.Asked(0).Count(a => a.StartsWith($"POST /pins/{root}?", StringComparison.Ordinal)).ShouldBe(1, "what is in the list is not submitted again");
    }

    [Fact]
    public async Task Remote_is_no_error_and_the_node_keeps_its_own_copy()
    {
        var cluster = await Cluster();
        var (first, second) = (Open(cluster, 0, replication: 1), Open(cluster, 1, replication: 1));
        var (root, blocks) = Dag();
        foreach (var node in new[] { first, second }) await node.Import(TestDag.Car(blocks), Cancellation);
        await first.Pin(root, "x", Cancellation);
        await second.Pin(root, "x", Cancellation);
        cluster.Pins.ShouldHaveSingleItem().Allocations.ShouldBe(["12D3KooWPeer0"]);
        (await second.IsPinned(root, Cancellation)).ShouldBeTrue();
        (await second.IsHeld(root, Cancellation)).ShouldBeTrue();
        await second.Unpin(root, Cancellation);
        (await second.IsHeld(root, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task Everywhere_is_every_peer()
    {
        var cluster = await Cluster();
        var node = Open(cluster, replication: -1);
        var root = await Imported(node);
        cluster.Peers[1].Say("pin_queued");
        await node.Pin(root, "x", Cancellation);
        cluster.Pins.ShouldHaveSingleItem().Factor.ShouldBe(-1);
        cluster.Peers[1].Stuck = "cluster_error";
        (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_pin_with_fewer_copies_gets_more_under_its_name()
    {
        var cluster = await Cluster();
        var root = await Imported(Open(cluster));
        await Open(cluster, replication: 1).Pin(root, "first", Cancellation);
        await Open(cluster, replication: 2).Pin(root, "second", Cancellation);
        var pin = cluster.Pins.ShouldHaveSingleItem();
        (pin.Name, pin.Factor).ShouldBe(("first", 2));
    }

    [Fact]
    public async Task A_pin_of_the_root_alone_is_no_pin()
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        var root = await Imported(node);
        cluster.Put(new(root, "direct", "direct", 2, [.. cluster.Peers.Select(p => p.Id)], []));
        (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
        await node.Pin(root, "x", Cancellation);
        (await node.IsPinned(root, Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task Too_few_peers_are_told()
    {
        var cluster = await Cluster();
        var node = Open(cluster, replication: 3);
        var root = await Imported(node);
        var e = await Should.ThrowAsync<BackupException>(() => node.Pin(root, "x", Cancellation));
        e.Message.ShouldContain("not enough peers to allocate CID");
        e.Hint.ShouldNotBeNull().ShouldContain("IPFS_CLUSTER_REPLICATION");
    }

    [Fact]
    public async Task What_is_held_on_its_way_is_never_told_to_the_cluster()
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        var root = await Imported(node);
        await node.Hold(root, "guard", Cancellation);
        (await node.IsHeld(root, Cancellation)).ShouldBeTrue();
        (await node.IsPinned(root, Cancellation)).ShouldBeFalse();
        await node.Release(root, Cancellation);
        (await node.IsHeld(root, Cancellation)).ShouldBeFalse();
        cluster.Asked(0).ShouldNotContain(a => a.StartsWith("POST /pins", StringComparison.Ordinal));
        cluster.Pins.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_import_stores_on_its_own_node_alone_and_pins_nothing()
    {
        var cluster = await Cluster();
        var root = await Imported(Open(cluster));
        cluster.Asked(0).ShouldContain("POST /add?format=car&local=true&no-pin=true&replication=1&stream-channels=false");
        using var second = OpenKubo(cluster, 1);
        (await second.Has(root, Cancellation)).ShouldBeFalse();
        cluster.Pins.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_CAR_without_blocks_which_the_adder_cannot_take_is_imported()
    {
        var cluster = await Cluster();
        (await Open(cluster).Import(TestDag.Car(), Cancellation)).ShouldBe(new(0, 0));
    }

    [Fact]
    public async Task An_error_in_the_trailer_of_a_200_fails_and_an_empty_one_does_not()
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        await node.Pin(await Imported(node), "x", Cancellation);
        cluster.TrailerError = "failed to put block on all destinations";
        (await Should.ThrowAsync<BackupException>(() => Imported(node))).Message.ShouldContain("failed to put block on all destinations");
        (await Should.ThrowAsync<BackupException>(async () => await node.Pins(Cancellation).ToListAsync(Cancellation))).Message.ShouldContain("failed to put block");
    }

    [Fact]
    public async Task An_empty_list_is_a_204() => (await Open(await Cluster()).Pins(Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();

    [Fact]
    public async Task Unpinning_twice_is_fine_and_takes_the_copies_of_both()
    {
        var cluster = await Cluster();
        var node = Open(cluster);
        var root = await Imported(node);
        await node.Pin(root, "x", Cancellation);
        await node.Unpin(root, Cancellation);
        await node.Unpin(root, Cancellation);
        for (var i = 0; i < 2; i++)
        {
            using var kubo = OpenKubo(cluster, i);
            (await kubo.IsPinned(root, Cancellation)).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_user_or_a_token_opens_a_closed_cluster_and_nothing_else_does()
    {
        var access = new DoubleAccess("ada", "s3cret-word");
        var cluster = await Cluster(access);
        await Open(cluster, user: "ada:s3cret-word").Identify(Cancellation);
        await Open(cluster, token: access.Token).Identify(Cancellation);
        foreach (var (node, answer) in new[]
        {
            (Open(cluster), "401 unauthorized: no auth provided"),
            (Open(cluster, user: "ada:s3cret-wrong"), "401 unauthorized: access denied"),
            (Open(cluster, token: "s3cret.wrong.token"), "401 unauthorized: invalid token"),
        })
        {
            var e = await Should.ThrowAsync<BackupException>(() => node.Identify(Cancellation));
            e.Message.ShouldContain(answer);
            e.Hint.ShouldNotBeNull().ShouldContain("IPFS_CLUSTER_NODE_1_TOKEN");
            $"{e.Message} {e.Hint} {node.Name}".ShouldNotContain("s3cret");
        }
    }

    [Fact]
    public async Task A_head_that_is_too_long_for_the_cluster_is_told()
    {
        var e = await Should.ThrowAsync<BackupException>(async () => await Open(await Cluster(), token: new string('x', 5000)).Identify(Cancellation));
        e.Message.ShouldContain("431");
        e.Hint.ShouldNotBeNull().ShouldContain("shorter token");
    }

    [Fact]
    public async Task A_cluster_is_opened_with_retries()
    {
        var cluster = await Cluster();
        var setting = new NodeSetting("IPFS_CLUSTER_NODE_2", NodeKind.Cluster, cluster.Url(0), null) { Cluster = new(new("IPFS_NODE_2_URL", NodeKind.Kubo, cluster.Peers[0].Node, null), 2) };
        var node = NodeFactory.Open(setting, new DiskFiles(), new SystemRandomSource(), TimeProvider.System).ShouldBeOfType<ResilientNode>();
        _opened.Add(node);
        node.Name.ShouldStartWith("IPFS_CLUSTER_NODE_2 http://127.0.0.1:");
        await node.Identify(Cancellation);
    }

    private static (Cid Root, List<Block> Blocks) Dag()
    {
        var blocks = new List<Block>();
        var random = new byte[3000];
        new SystemRandomSource().Fill(random);
        var builder = new UnixFsFileBuilder(blocks.Add);
        foreach (var part in random.Chunk(1000))
        {
            blocks.Add(TestDag.Raw(part));
            builder.AddLeaf(blocks[^1].Cid, part.Length);
        }
        return (builder.Finish().Root, blocks);
    }

    private static async Task<Cid> Imported(ClusterNode node)
    {
        var (root, blocks) = Dag();
        await node.Import(TestDag.Car(blocks), Cancellation);
        return root;
    }

    /// <summary>Lets a step of time pass after each question for the status, and now and then if none comes.</summary>
    private static async Task WhilePolled(Task call, ClusterDouble cluster, FakeTimeProvider time, TimeSpan step)
    {
        for (var (turns, seen) = (0, 0); !call.IsCompleted && turns < 3000; turns++)
        {
            await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation));
            var asked = cluster.Asked(0).Count(a => a.StartsWith("GET /pins/", StringComparison.Ordinal));
            if (asked == seen && turns % 50 != 49) continue;
            seen = asked;
            time.Advance(step);
        }
        await call;
    }

    private static KuboNode OpenKubo(ClusterDouble cluster, int peer) =>
        KuboNode.Open(new("IPFS_NODE_1_URL", NodeKind.Kubo, cluster.Peers[peer].Node, null), new DiskFiles(), new SystemRandomSource(), TimeProvider.System);

    private async Task<ClusterDouble> Cluster(DoubleAccess? access = null) => _cluster = new(await nodes.KuboShaped) { Access = access };

    private ClusterNode Open(ClusterDouble cluster, int peer = 0, int replication = 2, TimeSpan? timeout = null, string? token = null, string? user = null, TimeProvider? time = null)
    {
        var node = cluster.Open(peer, replication, timeout, token, user, time);
        _opened.Add(node);
        return node;
    }
}
