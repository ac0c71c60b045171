using System.Buffers.Binary;
using System.Security.Cryptography;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// Makes UUIDs and ObjectIds: unique by the time of start and a counter, so that a clock that is replayed gives the same ones again.
/// </summary>
internal sealed class IdentityMaker(TimeProvider time)
{
    private readonly byte[] _origin = SHA256.HashData(BitConverter.GetBytes(time.GetUtcNow().UtcTicks ^ time.GetTimestamp()));
    private long _counter;

    public Guid NextUuid()
    {
        var hash = Hash();
        hash[6] = (byte)((hash[6] & 0x0f) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    public ObjectId NextObjectId()
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)time.GetUtcNow().ToUnixTimeSeconds());
        _origin.AsSpan(0, 5).CopyTo(bytes.AsSpan(4));
        var counter = Interlocked.Increment(ref _counter);
        (bytes[9], bytes[10], bytes[11]) = ((byte)(counter >> 16), (byte)(counter >> 8), (byte)counter);
        return new ObjectId(bytes);
    }

    /// <summary>A cursor id: positive and not zero.</summary>
    public long NextCursorId() => (BinaryPrimitives.ReadInt64LittleEndian(Hash()) & long.MaxValue) | 1;

    /// <summary>A generator for samples.</summary>
    public Random NextRandom() => new(BinaryPrimitives.ReadInt32LittleEndian(Hash()));

    private byte[] Hash()
    {
        var input = new byte[_origin.Length + 8];
        _origin.CopyTo(input, 0);
        BinaryPrimitives.WriteInt64LittleEndian(input.AsSpan(_origin.Length), Interlocked.Increment(ref _counter));
        return SHA256.HashData(input);
    }
}
