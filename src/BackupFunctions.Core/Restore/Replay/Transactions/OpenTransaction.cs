namespace BackupFunctions.Restore;

/// <summary>A transaction whose end has not been read yet. Disposing it gives its parts up.</summary>
internal sealed class OpenTransaction(TransactionBuffer buffer, long number) : IDisposable
{
    private readonly List<TransactionBuffer.Part> _parts = [];

    /// <summary>Its number within the session.</summary>
    public long Number => number;

    /// <summary>Whether it began before the first entry that was read, so that operations are missing.</summary>
    public bool IsIncomplete { get; init; }

    /// <summary>Adds the <c>o</c> of one of its entries.</summary>
    public async ValueTask Add(ReadOnlyMemory<byte> applyOps, CancellationToken cancellationToken) =>
        _parts.Add(await buffer.Keep(applyOps, cancellationToken).ConfigureAwait(false));

    /// <summary>The <c>o</c> of its entries, in order, one at a time in memory.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> Read([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in _parts) yield return await buffer.Read(part, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var part in _parts) buffer.Release(part);
        _parts.Clear();
    }
}
