using BackupFunctions.Ambient;

namespace BackupFunctions.Restore;

/// <summary>
/// Holds the parts of open transactions: in memory up to a budget for all of them together, the rest sealed in a temporary file. Not thread-safe.
/// </summary>
internal sealed class TransactionBuffer(long budget, string directory, IFiles files, IRandomSource random) : IDisposable
{
    private SealedSpill? _spill;
    private long _inMemory;

    /// <summary>A part: its bytes, or where they are.</summary>
    internal readonly record struct Part(ReadOnlyMemory<byte> Bytes, SealedSpill.Record? Spilled);

    /// <summary>Bytes that have gone to the file so far.</summary>
    public long Spilled { get; private set; }

    /// <summary>Keeps a copy.</summary>
    public async ValueTask<Part> Keep(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_inMemory + bytes.Length <= budget)
        {
            _inMemory += bytes.Length;
            return new(bytes.ToArray(), null);
        }
        _spill ??= new(directory, files, random);
        Spilled += bytes.Length;
        return new(default, await _spill.Write(bytes, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The part's bytes.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> Read(Part part, CancellationToken cancellationToken) =>
        part.Spilled is { } record ? await _spill!.Read(record, cancellationToken).ConfigureAwait(false) : part.Bytes;

    /// <summary>Gives a part up.</summary>
    public void Release(Part part)
    {
        if (part.Spilled is null) _inMemory -= part.Bytes.Length;
        else _spill!.Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _spill?.Dispose();
}
