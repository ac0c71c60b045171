using BackupFunctions.Encryption;

namespace BackupFunctions.Backup;

/// <summary>
/// Cuts oplog entries into chunks and files by size alone (docs/format.md, "Cutting the oplog"): entries never come again, so there is nothing
/// to find again by where a cut is. A chunk holds whole entries up to <see cref="TargetBytes"/>; a larger entry gets chunks of its own.
/// </summary>
internal sealed class OplogChunker : IDisposable
{
    /// <summary>A chunk of several entries has at most so many bytes.</summary>
    public const int TargetBytes = 128 * 1024;

    /// <summary>A piece of a larger entry has at most so many bytes.</summary>
    public const int PieceBytes = 512 * 1024;

    /// <summary>A file has at most so many chunks.</summary>
    public const int MaxChunksPerFile = 4_096;

    private readonly SecretBuffer _chunk = new(TargetBytes);
    private readonly SecretBuffer _last = new(PieceBytes);
    private int _length, _entries, _lastLength, _lastEntries, _chunksInFile;

    /// <summary>Adds an entry.</summary>
    public void Add(ReadOnlySpan<byte> entry, IChunkSink sink)
    {
        if (_entries > 0 && _length + entry.Length > TargetBytes) Cut(sink);
        if (entry.Length <= TargetBytes)
        {
            entry.CopyTo(_chunk.Span[_length..]);
            (_length, _entries) = (_length + entry.Length, _entries + 1);
            return;
        }
        var pieces = (entry.Length + PieceBytes - 1) / PieceBytes;
        Emit(sink, endsFile: _chunksInFile + 1 + pieces > MaxChunksPerFile);
        for (; entry.Length > PieceBytes; entry = entry[PieceBytes..])
        {
            sink.Chunk(entry[..PieceBytes], 0, endsFile: false);
            _chunksInFile++;
        }
        Hold(entry, 1);
    }

    /// <summary>Gives what is left, as the end of its file; nothing when there were no entries.</summary>
    public void Finish(IChunkSink sink)
    {
        if (_entries > 0) Cut(sink);
        Emit(sink, endsFile: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunk.Dispose();
        _last.Dispose();
    }

    // a chunk waits until it is known whether it is its file's last
    private void Cut(IChunkSink sink)
    {
        Emit(sink, endsFile: _chunksInFile + 2 > MaxChunksPerFile);
        Hold(_chunk.Span[.._length], _entries);
        (_length, _entries) = (0, 0);
    }

    private void Hold(ReadOnlySpan<byte> chunk, int entries)
    {
        chunk.CopyTo(_last.Span);
        (_lastLength, _lastEntries) = (chunk.Length, entries);
    }

    private void Emit(IChunkSink sink, bool endsFile)
    {
        if (_lastEntries == 0) return;
        sink.Chunk(_last.Span[.._lastLength], _lastEntries, endsFile);
        _chunksInFile = endsFile ? 0 : _chunksInFile + 1;
        (_lastLength, _lastEntries) = (0, 0);
    }
}
