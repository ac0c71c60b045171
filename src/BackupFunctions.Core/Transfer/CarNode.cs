using BackupFunctions.Ipfs;

namespace BackupFunctions.Transfer;

/// <summary>A CAR file in the place of a node that copies are made from: it gives blocks, and nothing is asked of it besides.</summary>
internal sealed class CarNode(CarFile car) : IIpfsNode
{
    /// <inheritdoc/>
    public string Name => car.Name;

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => car.Get(cid, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> Has(Cid cid, CancellationToken cancellationToken) => await car.Get(cid, cancellationToken) is not null;

    /// <inheritdoc/>
    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => throw OnlyRead();

    /// <inheritdoc/>
    public Task<ImportSummary> Import(OpenCar source, CancellationToken cancellationToken) => throw OnlyRead();

    /// <inheritdoc/>
    public Task Pin(Cid root, string name, CancellationToken cancellationToken) => throw OnlyRead();

    /// <inheritdoc/>
    public Task Unpin(Cid root, CancellationToken cancellationToken) => throw OnlyRead();

    /// <inheritdoc/>
    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => throw OnlyRead();

    /// <inheritdoc/>
    public IAsyncEnumerable<PinnedRoot> Pins(CancellationToken cancellationToken) => throw OnlyRead();

    private NotSupportedException OnlyRead() => new($"{Name} is only read");
}
