using System.Runtime.CompilerServices;

namespace BackupFunctions.Ipfs;

/// <summary>A node that could not be opened: whatever it is asked fails with the reason.</summary>
internal sealed class UnusableNode(string name, BackupException reason) : IIpfsNode
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => Task.FromException<NodeIdentity>(Failure());

    /// <inheritdoc/>
    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => Task.FromException<bool>(Failure());

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Task.FromException<byte[]?>(Failure());

    /// <inheritdoc/>
    public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken) => Task.FromException<ImportSummary>(Failure());

    /// <inheritdoc/>
    public Task Pin(Cid root, string name, CancellationToken cancellationToken) => Task.FromException(Failure());

    /// <inheritdoc/>
    public Task Unpin(Cid root, CancellationToken cancellationToken) => Task.FromException(Failure());

    /// <inheritdoc/>
    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => Task.FromException<bool>(Failure());

    /// <inheritdoc/>
    public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.FromException(Failure());
        yield break;
    }

    // a new one each time: an exception that is thrown twice has the stacks of both
    private BackupException Failure() => new(reason.Kind, reason.Message, reason.Hint, reason.InnerException);
}
