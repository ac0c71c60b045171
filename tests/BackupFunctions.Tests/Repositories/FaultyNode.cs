using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Repositories;

/// <summary>The operations of a node.</summary>
[Flags]
public enum NodeCalls
{
    None = 0,
    Identify = 1,
    Get = 2,
    Has = 4,
    Import = 8,
    Pin = 16,
    Unpin = 32,
    IsPinned = 64,
    Pins = 128,
    All = 255,
}

/// <summary>A node that refuses, lies or tells a test what is asked of it; by itself it only passes on.</summary>
internal sealed class FaultyNode(StoringNode inner) : IIpfsNode
{
    /// <summary>Operations that fail as those of a node that cannot be reached.</summary>
    public NodeCalls Refused { get; set; }

    /// <summary>Says that it pinned, and does not.</summary>
    public bool OnlyClaimsToPin { get; set; }

    /// <summary>Whether it tells the names of its pins; js-ipfs keeps none.</summary>
    public bool KeepsNames { get; set; } = true;

    /// <summary>Whether its guards are no pins like others, as those of a cluster peer, which the cluster does not list.</summary>
    public bool HoldsApart { get; set; }

    /// <summary>Changes the bytes of the blocks that it gives.</summary>
    public Func<Cid, byte[], byte[]>? Alters { get; set; }

    /// <summary>Runs before each operation.</summary>
    public Func<NodeCalls, Task>? Before { get; set; }

    public StoringNode Inner => inner;

    public string Name => inner.Name;

    public async Task<NodeIdentity> Identify(CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Identify);
        return await inner.Identify(cancellationToken);
    }

    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Get);
        return await inner.Get(cid, cancellationToken) is { } bytes ? Alters?.Invoke(cid, bytes) ?? bytes : null;
    }

    public async Task<bool> Has(Cid cid, CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Has);
        return await inner.Has(cid, cancellationToken);
    }

    public async Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Import);
        return await inner.Import(car, cancellationToken);
    }

    public async Task Pin(Cid root, string name, CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Pin);
        if (!OnlyClaimsToPin) await inner.Pin(root, name, cancellationToken);
    }

    public async Task Unpin(Cid root, CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Unpin);
        await inner.Unpin(root, cancellationToken);
    }

    public async Task<bool> IsPinned(Cid root, CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.IsPinned);
        return await inner.IsPinned(root, cancellationToken);
    }

    public async IAsyncEnumerable<PinnedRoot> Pins([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Pins);
        await foreach (var pin in inner.Pins(cancellationToken))
        {
            if (!HoldsApart || !pin.Name.EndsWith("/guard", StringComparison.Ordinal)) yield return KeepsNames ? pin : pin with { Name = "" };
        }
    }

    public async IAsyncEnumerable<PinnedRoot> Holds([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Enter(NodeCalls.Pins);
        await foreach (var pin in inner.Pins(cancellationToken)) yield return KeepsNames ? pin : pin with { Name = "" };
    }

    private async Task Enter(NodeCalls call)
    {
        if (Before is { } before) await before(call);
        if (Refused.HasFlag(call)) throw new BackupException(ErrorKind.Failed, $"{call} on {Name}: connection refused", "start the node");
    }
}
