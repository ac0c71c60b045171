using System.Runtime.CompilerServices;
using BackupFunctions.Ipfs;
using BackupFunctions.Simulation.Years.Hosts;

namespace BackupFunctions.Simulation.Years.Nodes;

/// <summary>A node as a process sees it: each call may be the one at which the process dies. Holding is pinning, as with Kubo.</summary>
internal sealed class ProcessNode(NodeDisk disk, ProcessLife life) : IIpfsNode
{
    public string Name => disk.Name;

    public async Task<NodeIdentity> Identify(CancellationToken cancellationToken)
    {
        await Enter("identify", cancellationToken);
        return new(disk.Id, "memory");
    }

    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        await Enter("get", cancellationToken);
        return disk.Get(cid.Digest);
    }

    public async Task<bool> Has(Cid cid, CancellationToken cancellationToken)
    {
        await Enter("has", cancellationToken);
        return disk.Get(cid.Digest) is not null;
    }

    public async Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken)
    {
        await Enter("import", cancellationToken);
        var (blocks, bytes) = (0L, 0L);
        await using var stream = await car(cancellationToken);
        await foreach (var block in (await CarReader.Open(stream, cancellationToken)).Blocks(cancellationToken))
        {
            await Enter("import", cancellationToken);
            disk.Put(block);
            (blocks, bytes) = (blocks + 1, bytes + block.Data.Length);
        }
        return new(blocks, bytes);
    }

    public async Task Pin(Cid root, string name, CancellationToken cancellationToken)
    {
        await Enter("pin", cancellationToken);
        disk.Pin(root, name);
    }

    public async Task Unpin(Cid root, CancellationToken cancellationToken)
    {
        await Enter("unpin", cancellationToken);
        disk.Unpin(root);
    }

    public async Task<bool> IsPinned(Cid root, CancellationToken cancellationToken)
    {
        await Enter("look for a pin", cancellationToken);
        return disk.IsPinned(root);
    }

    public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Enter("list pins", cancellationToken);
        foreach (var (root, name) in disk.Pins) yield return new(root, name);
    }

    private Task Enter(string call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        life.Tick();
        disk.Enter(call);
        return Task.CompletedTask;
    }
}
