namespace BackupFunctions.MongoDump;

/// <summary>The documents of one collection being written: see <see cref="DumpDirectoryWriter.OpenCollection"/>. Not thread-safe.</summary>
public sealed class DumpCollectionWriter : IDisposable
{
    private readonly OutputFile? _file;
    private readonly Action _completed;
    private bool _done;

    internal DumpCollectionWriter(DumpCollection collection, OutputFile? file, Action completed) =>
        (Collection, _file, _completed) = (collection, file, completed);

    /// <summary>What is written.</summary>
    public DumpCollection Collection { get; }

    /// <summary>Documents written so far.</summary>
    public long Documents { get; private set; }

    /// <summary>Appends documents, each one whole valid BSON document, as they are.</summary>
    /// <exception cref="InvalidOperationException">The collection is a view.</exception>
    public async ValueTask Write(IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken ct)
    {
        if (_file is null) throw new InvalidOperationException($"{Collection} is a view and takes no documents");
        foreach (var document in documents) await _file.Stream.WriteAsync(document, ct);
        Documents += documents.Count;
    }

    /// <summary>Ends the file; nothing may be written after it.</summary>
    public void Complete()
    {
        if (_done) return;
        _file?.Commit();
        _done = true;
        _completed();
    }

    /// <summary>Drops the documents unless the file was completed; the whole dump can then not be completed.</summary>
    public void Dispose()
    {
        if (_done) return;
        _done = true;
        _file?.Dispose();
    }
}
