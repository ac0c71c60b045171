namespace BackupFunctions.Ipfs;

/// <summary>
/// One IPFS node that keeps our blocks. It is not trusted: callers hash every block that they read (<see cref="BlockReader"/>).
/// Every operation may be repeated with the same effect. Nothing is retried here: retries are a decorator. A node that cannot be reached or
/// refuses throws <see cref="BackupException"/> with <see cref="ErrorKind.Failed"/>, names its setting and says what it answered.
/// Implementations are thread-safe.
/// </summary>
public interface IIpfsNode : IBlockSource
{
    /// <summary>Who answers, and with which software; fails when the node is not usable.</summary>
    Task<NodeIdentity> Identify(CancellationToken cancellationToken);

    /// <summary>Whether the node itself holds the block, without asking the network.</summary>
    Task<bool> Has(Cid cid, CancellationToken cancellationToken);

    /// <summary>
    /// Stores every block of a CARv1 stream and pins nothing. A block whose bytes do not hash to its CID, and a stream that ends early, fail
    /// with <see cref="ErrorKind.Corrupt"/>. The stream is opened once for each attempt, read to its end, and disposed.
    /// </summary>
    Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="Import"/> and <see cref="Hold"/>, in one step where the node can, so that nothing is collected in between. Fails with
    /// <see cref="ErrorKind.NotFound"/> when something was.
    /// </summary>
    async Task<ImportSummary> ImportHeld(OpenCar car, Cid root, string name, CancellationToken cancellationToken)
    {
        var imported = await Import(car, cancellationToken);
        await Hold(root, name, cancellationToken);
        return imported;
    }

    /// <summary>
    /// Pins everything reachable from the root, under a name (at most 255 bytes). Fails with <see cref="ErrorKind.NotFound"/> when a block is
    /// missing. A root that is already pinned keeps its name.
    /// </summary>
    Task Pin(Cid root, string name, CancellationToken cancellationToken);

    /// <summary>Removes the pin; a root that is not pinned is fine.</summary>
    Task Unpin(Cid root, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the node from collecting anything reachable from this root, until <see cref="Release"/>. Fails with <see cref="ErrorKind.NotFound"/> when
    /// a block is missing. A node that never collects has nothing to do.
    /// </summary>
    Task Hold(Cid root, string name, CancellationToken cancellationToken) => Pin(root, name, cancellationToken);

    /// <summary>Ends <see cref="Hold"/>; a root that is not held is fine.</summary>
    Task Release(Cid root, CancellationToken cancellationToken) => Unpin(root, cancellationToken);

    /// <summary>Whether <see cref="Hold"/> holds this root right now; a node that never collects says no.</summary>
    Task<bool> IsHeld(Cid root, CancellationToken cancellationToken) => IsPinned(root, cancellationToken);

    /// <summary>Everything that <see cref="Hold"/> holds, among other recursive pins; a node whose holds are pins like others gives <see cref="Pins"/>.</summary>
    IAsyncEnumerable<PinnedRoot> Holds(CancellationToken cancellationToken) => Pins(cancellationToken);

    /// <summary>
    /// A pin that reaches this block, or is it, and so keeps the node from deleting it; null when there is none, and on a node whose imports write over damaged
    /// blocks.
    /// </summary>
    Task<PinnedRoot?> PinOver(Cid block, CancellationToken cancellationToken) => Task.FromResult<PinnedRoot?>(null);

    /// <summary>Deletes a block that no pin reaches; one that is not held is fine. Does nothing on a node whose imports write over damaged blocks.</summary>
    Task Remove(Cid block, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether this root is pinned recursively right now.</summary>
    Task<bool> IsPinned(Cid root, CancellationToken cancellationToken);

    /// <summary>Bytes that the node may still store; null where it does not say, or has no limit.</summary>
    Task<long?> FreeBytes(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <summary>All recursive pins, in no order; <see cref="PinnedRoot.Name"/> is empty where the node keeps no names.</summary>
    IAsyncEnumerable<PinnedRoot> Pins(CancellationToken cancellationToken);
}

/// <summary>Opens a CARv1 stream at its beginning, as often as it is called; who calls disposes the stream.</summary>
public delegate Task<Stream> OpenCar(CancellationToken cancellationToken);

/// <summary>Who a node is: a stable id, and the software that answers (<c>vault</c>, <c>kubo 0.44.0</c>).</summary>
public sealed record NodeIdentity(string Id, string Agent);

/// <summary>What an import stored: blocks read from the stream, and their bytes.</summary>
public sealed record ImportSummary(long Blocks, long Bytes);

/// <summary>A recursive pin.</summary>
public sealed record PinnedRoot(Cid Root, string Name);
