using System.Runtime.CompilerServices;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Simulation.Years.Nodes;

/// <summary>A node as checks see it: its disk is read whether it is down or not, unless it is hidden, and nothing is written.</summary>
internal sealed class WatchedNode(NodeDisk disk) : IIpfsNode
{
    public bool IsHidden { get; set; }

    public string Name => disk.Name;

    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => Task.FromResult(new NodeIdentity(disk.Id, "memory"));

    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => IsHidden ? throw Hidden() : Task.FromResult(disk.Get(cid.Digest));

    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => IsHidden ? throw Hidden() : Task.FromResult(disk.Get(cid.Digest) is not null);

    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => IsHidden ? throw Hidden() : Task.FromResult(disk.IsPinned(root));

    public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (IsHidden) throw Hidden();
        foreach (var (root, name) in disk.Pins) yield return new(root, name);
    }

    public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken) => throw Written();

    public Task Pin(Cid root, string name, CancellationToken cancellationToken) => throw Written();

    public Task Unpin(Cid root, CancellationToken cancellationToken) => throw Written();

    private BackupException Hidden() => new(ErrorKind.Failed, $"{disk.Name} is not to be read by this check");

    private InvalidOperationException Written() => new($"a check wrote to {disk.Name}");
}
