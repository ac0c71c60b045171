using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Cluster;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Repositories;
using BackupFunctions.Retention;
using BackupFunctions.Staging;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Ipfs.Cluster;
using BackupFunctions.Tests.Ipfs.Nodes;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Retention;

/// <summary>
/// Guards on the node behind a cluster peer, which the cluster does not list. Against <see cref="ClusterDouble"/> over real nodes, which is no proof of a real cluster.
/// </summary>
public sealed class ClusterGuardTests(IpfsNodesFixture nodes) : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_a_killed_upload_left_behind_a_peer_is_released_and_pins_of_the_cluster_stay()
    {
        await using var cluster = new ClusterDouble(await nodes.KuboShaped);
        using var peer = cluster.Open();
        await _repository.Create();
        var session = _repository.Session();
        var id = (await session.Open(Cancellation)).Id;
        var (guard, pinned) = (await Import(peer), await Import(peer));
        await peer.Hold(guard, PinNames.Guard(id), Cancellation);
        await peer.Pin(pinned, PinNames.Backup(id), Cancellation);
        (await peer.Pins(Cancellation).ToListAsync(Cancellation)).Select(p => p.Root).ShouldBe([pinned]);

        (await Release(peer, session)).ShouldBe(1);
        (await peer.IsHeld(guard, Cancellation)).ShouldBeFalse();
        (await peer.IsPinned(pinned, Cancellation)).ShouldBeTrue();
        (await Release(peer, session)).ShouldBe(0);
    }

    [Fact]
    public async Task An_unpin_that_is_cut_off_half_way_is_found_again_by_the_next()
    {
        var pair = await nodes.KuboShaped;
        await using var cluster = new ClusterDouble(pair);
        using var peer = cluster.Open();
        var root = await Import(peer);
        await peer.Pin(root, "x", Cancellation);
        // as when the process is killed between the two
        cluster.Refuses = "DELETE";
        await Should.ThrowAsync<BackupException>(() => peer.Unpin(root, Cancellation));
        cluster.Refuses = null;
        (await peer.Pins(Cancellation).ToListAsync(Cancellation)).Select(p => p.Root).ShouldBe([root]);
        await peer.Unpin(root, Cancellation);
        (await peer.IsPinned(root, Cancellation), await peer.IsHeld(root, Cancellation)).ShouldBe((false, false));
    }

    private async Task<int> Release(ClusterNode peer, RepositorySession session)
    {
        var staging = new DirectoryStaging(_directory.File("staging"), new BackupFunctions.Ambient.DiskFiles());
        var activity = new ReleaseOrphansActivity(session, _repository.Manifest(session), new(staging, new StagedObjects(staging, session)), [peer]);
        return (await activity.Run(new(0), Cancellation)).Guards;
    }

    // new bytes in each run: the nodes hold other things too
    private static async Task<Cid> Import(ClusterNode peer)
    {
        var bytes = new byte[100];
        new BackupFunctions.Ambient.SystemRandomSource().Fill(bytes);
        var blocks = new List<Block> { new(Cid.Raw(bytes), bytes) };
        var builder = new GuardBuilder(blocks.Add);
        builder.Add(blocks[0].Cid);
        var root = builder.Finish();
        using var car = new MemoryStream();
        var writer = CarWriter.CreateWithRoot(car, root);
        foreach (var block in blocks) writer.Write(block);
        await peer.Import(_ => Task.FromResult<Stream>(new MemoryStream(car.ToArray(), writable: false)), Cancellation);
        return root;
    }
}
