using System.Buffers.Binary;

namespace BackupFunctions.Standalone.Demo.Data.Bson;

/// <summary>ObjectIds as one client makes them: seconds, five random bytes that stay, and a counter of three bytes.</summary>
internal sealed class ObjectIdSequence
{
    private readonly byte[] _process = new byte[5];
    private uint _counter;

    public ObjectIdSequence(SeededRandom random)
    {
        random.Fill(_process);
        _counter = (uint)random.Below(1 << 20);
    }

    /// <summary>The id of something made at this time.</summary>
    public byte[] Next(long milliseconds)
    {
        var id = new byte[12];
        var counter = _counter++;
        BinaryPrimitives.WriteUInt32BigEndian(id, (uint)(milliseconds / 1000));
        _process.CopyTo(id, 4);
        (id[9], id[10], id[11]) = ((byte)(counter >> 16), (byte)(counter >> 8), (byte)counter);
        return id;
    }
}
