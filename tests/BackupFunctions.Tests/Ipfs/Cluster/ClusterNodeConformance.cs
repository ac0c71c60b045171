using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Cluster;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.Tests.Ipfs.Cluster;

/// <summary>What every node does, over <see cref="ClusterNode"/> and the double of a cluster (<see cref="ClusterDouble"/>, which is no proof of a real one).</summary>
public sealed class ClusterNodeConformance(IpfsNodesFixture nodes) : IpfsNodeConformance, IAsyncDisposable
{
    private readonly List<ClusterNode> _opened = [];
    private ClusterDouble? _cluster;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _opened) node.Dispose();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    protected override Task<IIpfsNode> Node() => Open(null);

    protected override Task<IIpfsNode> NodeThatWaitsBriefly() => Open(TimeSpan.FromMilliseconds(700));

    private async Task<IIpfsNode> Open(TimeSpan? nodeTimeout)
    {
        _cluster ??= new(await nodes.KuboShaped);
        _opened.Add(_cluster.Open(nodeTimeout: nodeTimeout));
        return _opened[^1];
    }
}
