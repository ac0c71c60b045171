using System.Collections.Concurrent;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>A node for tests of readers: holds what it is given, unverified, and answers as told.</summary>
internal sealed class MemoryNode(string name = "node") : IIpfsNode
{
    public ConcurrentDictionary<Cid, byte[]> Held { get; } = [];
    public ConcurrentQueue<Cid> Asked { get; } = [];
    public Func<Exception>? Failure { get; set; }

    public string Name => name;

    public void Add(Block block) => Held[block.Cid] = block.Data.ToArray();

    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        Asked.Enqueue(cid);
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Failure is { } failure ? throw failure() : Held.GetValueOrDefault(cid);
    }

    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task Pin(Cid root, string pinName, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task Unpin(Cid root, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => throw new NotSupportedException();
    public IAsyncEnumerable<PinnedRoot> Pins(CancellationToken cancellationToken) => throw new NotSupportedException();
}
