namespace BackupFunctions.Encryption;

/// <summary>
/// Cuts the documents of a collection into chunks and files (docs/format.md, "Cutting"). Chunks hold whole documents, except those of a
/// document larger than a chunk. The same documents give the same chunks however they are grouped in calls, and a changed document moves
/// only boundaries near it. Not thread-safe; after <see cref="Finish"/> it can take another collection.
/// </summary>
public sealed class DocumentChunker : IDisposable
{
    private const int BatchSize = 4096;

    private readonly CutPoints _cuts;
    private readonly ChunkingParameters _parameters;
    private readonly byte[] _prf = new byte[BatchSize * DocumentPrfInput.Size];
    private readonly SecretBuffer _chunk;

    // the chunk being filled; once cut it waits here for the next document, since the last chunk of a collection ends its file
    private int _length, _documents, _chunksInFile;
    private bool _cut, _endsFile;

    /// <summary>A chunker; the keys stay the caller's.</summary>
    public DocumentChunker(RepositoryKeys keys, ChunkingParameters p)
    {
        (_cuts, _parameters) = (new(keys, p), p);
        _chunk = new(p.Maximum);
    }

    /// <summary>
    /// Adds raw BSON documents, in the order of the collection. Their <c>_id</c>s are enciphered together, so large groups are
    /// faster. Fails with <see cref="ErrorKind.Corrupt"/> for what is no BSON document.
    /// </summary>
    public void Add(IReadOnlyList<ReadOnlyMemory<byte>> documents, IChunkSink sink)
    {
        for (var start = 0; start < documents.Count; start += BatchSize)
        {
            var count = Math.Min(BatchSize, documents.Count - start);
            var prf = _prf.AsSpan(0, count * DocumentPrfInput.Size);
            for (var i = 0; i < count; i++)
                DocumentPrfInput.Write(documents[start + i].Span, prf.Slice(i * DocumentPrfInput.Size, DocumentPrfInput.Size));
            _cuts.Encrypt(prf);
            for (var i = 0; i < count; i++) Add(documents[start + i].Span, CutPoints.Fraction(prf, i), sink);
        }
    }

    /// <summary>Gives what is left, as the end of its file; nothing when there were no documents.</summary>
    public void Finish(IChunkSink sink)
    {
        if (_documents > 0) Emit(sink, endsFile: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cuts.Dispose();
        _chunk.Dispose();
    }

    private void Add(ReadOnlySpan<byte> document, ulong fraction, IChunkSink sink)
    {
        if (_cut || (_documents > 0 && _length + document.Length > _parameters.Maximum)) Emit(sink, _endsFile || FillsFile(document.Length));
        var rest = document;
        while (rest.Length > _parameters.Maximum)
        {
            sink.Chunk(rest[.._parameters.Maximum], 0, endsFile: false);
            _chunksInFile++;
            rest = rest[_parameters.Maximum..];
        }
        rest.CopyTo(_chunk.Span[_length..]);
        _length += rest.Length;
        _documents++;
        _cut = rest.Length < document.Length || (_length >= _parameters.Minimum && _cuts.EndsChunk(fraction, document.Length));
        _endsFile = _cut && _cuts.EndsFile(fraction, document.Length);
    }

    private void Emit(IChunkSink sink, bool endsFile)
    {
        sink.Chunk(_chunk.Span[.._length], _documents, endsFile);
        _chunksInFile = endsFile ? 0 : _chunksInFile + 1;
        (_length, _documents, _cut, _endsFile) = (0, 0, false, false);
    }

    // whether the chunk in hand is the last that fits in the file when this document comes next; a document never spans files
    private bool FillsFile(int nextDocument)
    {
        var chunks = ((nextDocument - 1) / _parameters.Maximum) + 1;
        return _chunksInFile + 1 + chunks > ChunkingParameters.MaxChunksPerFile;
    }
}
