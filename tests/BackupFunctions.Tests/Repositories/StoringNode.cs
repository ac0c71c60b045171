using System.Collections.Concurrent;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Repositories;

/// <summary>A node in memory that does all that a node does; what it holds can be looked at, taken away and changed.</summary>
internal sealed class StoringNode(string name) : IIpfsNode
{
    public ConcurrentDictionary<Cid, byte[]> Blocks { get; } = [];

    public ConcurrentDictionary<Cid, string> PinNames { get; } = [];

    public string Name => name;

    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => Task.FromResult(new NodeIdentity($"id of {name}", "memory"));

    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Task.FromResult(Blocks.GetValueOrDefault(cid));

    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => Task.FromResult(Blocks.ContainsKey(cid));

    public async Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken)
    {
        var (blocks, bytes) = (0L, 0L);
        await using var stream = await car(cancellationToken);
        await foreach (var block in (await CarReader.Open(stream, cancellationToken)).Blocks(cancellationToken))
        {
            Blocks[block.Cid] = block.Data.ToArray();
            (blocks, bytes) = (blocks + 1, bytes + block.Data.Length);
        }
        return new(blocks, bytes);
    }

    public async Task Pin(Cid root, string pinName, CancellationToken cancellationToken)
    {
        await foreach (var cid in DagWalk.From(root, (node, _) => Task.FromResult(Held(node)), cancellationToken: cancellationToken)) Held(cid);
        PinNames.TryAdd(root, pinName);

        byte[] Held(Cid cid) => Stored(cid) ?? throw BackupException.NotFound($"pin {root} on {name}: block {cid} is missing");
    }

    /// <summary>Deletes every block that no pin reaches; gives how many.</summary>
    public async Task<int> CollectGarbage()
    {
        var kept = new HashSet<Hash256>();
        foreach (var root in PinNames.Keys)
        {
            await foreach (var cid in DagWalk.From(root, (node, _) => Task.FromResult(Stored(node)!))) kept.Add(cid.Digest);
        }
        return Blocks.Keys.Where(cid => !kept.Contains(cid.Digest)).Count(cid => Blocks.TryRemove(cid, out _));
    }

    // as nodes do: by the hash, whatever the codec
    private byte[]? Stored(Cid cid) => Blocks.GetValueOrDefault(cid) ?? Blocks.GetValueOrDefault(new(cid.Codec == Cid.RawCodec ? Cid.DagPbCodec : Cid.RawCodec, cid.Digest));

    public Task Unpin(Cid root, CancellationToken cancellationToken)
    {
        PinNames.TryRemove(root, out _);
        return Task.CompletedTask;
    }

    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => Task.FromResult(PinNames.ContainsKey(root));

    public async IAsyncEnumerable<PinnedRoot> Pins([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (root, pinName) in PinNames) yield return new(root, pinName);
    }
}
