using BackupFunctions.Tests.Ipfs.Nodes;

[assembly: AssemblyFixture(typeof(IpfsNodesFixture))]

namespace BackupFunctions.Tests.Ipfs.Nodes;

/// <summary>
/// The nodes that all tests of an assembly share, started when a test first asks. Who kills a node, or sets faults that others would see, starts a
/// pair of its own.
/// </summary>
public sealed class IpfsNodesFixture : IAsyncDisposable
{
    private readonly Lazy<Task<IpfsNodePair>> _kuboShaped = new(() => IpfsNodePair.Start(native: false, CancellationToken.None));
    private readonly Lazy<Task<IpfsNodePair>> _native = new(() => IpfsNodePair.Start(native: true, CancellationToken.None));

    /// <summary>js-ipfs behind tests/ipfs-nodes/kubo-shim.mjs.</summary>
    public Task<IpfsNodePair> KuboShaped => _kuboShaped.Value;

    /// <summary>js-ipfs with its own server.</summary>
    public Task<IpfsNodePair> Native => _native.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var pair in new[] { _kuboShaped, _native })
            if (pair is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await pair.Value).DisposeAsync();
    }
}
