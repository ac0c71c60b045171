using System.Buffers;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>Some documents as raw BSON, in order. Their memory is used again once the next batch is asked for.</summary>
public sealed class RawBatch
{
    private readonly IReadOnlyList<RawBsonDocument> _sources;
    private readonly ArraySegment<ReadOnlyMemory<byte>> _documents;
    private readonly byte[]? _copies;

    private RawBatch(IReadOnlyList<RawBsonDocument> sources, ArraySegment<ReadOnlyMemory<byte>> documents, byte[]? copies, long bytes) =>
        (_sources, _documents, Documents, _copies, Bytes) = (sources, documents, documents, copies, bytes);

    /// <summary>The documents.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Documents { get; }

    /// <summary>Their length together, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Takes over all documents and shows those from <paramref name="first"/> on. Most lie in one piece of the driver's buffers, the
    /// others are put together in one pooled buffer.
    /// </summary>
    internal static RawBatch Over(IReadOnlyList<RawBsonDocument> sources, int first)
    {
        long scattered = 0, bytes = 0;
        for (var i = first; i < sources.Count; i++)
        {
            var slice = sources[i].Slice;
            bytes += slice.Length;
            if (slice.AccessBackingBytes(0).Count < slice.Length) scattered += slice.Length;
        }
        var copies = scattered == 0 ? null : ArrayPool<byte>.Shared.Rent(checked((int)scattered));
        // thousands of documents: as an array of its own, each batch would leave one on the large object heap
        var count = sources.Count - first;
        var documents = new ArraySegment<ReadOnlyMemory<byte>>(ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(count), 0, count);
        var used = 0;
        for (var i = first; i < sources.Count; i++)
        {
            var slice = sources[i].Slice;
            var segment = slice.AccessBackingBytes(0);
            if (segment.Count >= slice.Length)
            {
                documents[i - first] = segment.AsMemory(0, slice.Length);
                continue;
            }
            slice.GetBytes(0, copies!, used, slice.Length);
            documents[i - first] = copies.AsMemory(used, slice.Length);
            used += slice.Length;
        }
        return new RawBatch(sources, documents, copies, bytes);
    }

    /// <summary>Gives the memory back.</summary>
    internal void Release()
    {
        foreach (var source in _sources) source.Dispose();
        ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(_documents.Array!, clearArray: true);
        if (_copies is not null) ArrayPool<byte>.Shared.Return(_copies);
    }
}
