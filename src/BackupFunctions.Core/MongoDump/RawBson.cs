using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>The bytes behind the driver's raw documents.</summary>
internal static class RawBson
{
    /// <summary>The document as stored; a view where its buffer is contiguous, else a copy.</summary>
    public static ReadOnlyMemory<byte> Bytes(RawBsonDocument document)
    {
        var slice = document.Slice;
        var view = slice.AccessBackingBytes(0);
        if (view.Count >= slice.Length) return view.AsMemory(0, slice.Length);
        var copy = new byte[slice.Length];
        slice.GetBytes(0, copy, 0, copy.Length);
        return copy;
    }
}
