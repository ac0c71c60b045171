using System.Buffers;

namespace BackupFunctions.Ipfs;

/// <summary>Writes the two protobuf wire types that dag-pb and UnixFS use.</summary>
internal static class ProtobufWriter
{
    /// <summary>Writes a field of wire type 0.</summary>
    public static void Number(this ArrayBufferWriter<byte> output, int field, long value)
    {
        var span = output.GetSpan(1 + Varint.MaxSize);
        span[0] = (byte)(field << 3);
        output.Advance(1 + Varint.Write(span[1..], value));
    }

    /// <summary>Writes a field of wire type 2.</summary>
    public static void Bytes(this ArrayBufferWriter<byte> output, int field, ReadOnlySpan<byte> value)
    {
        var span = output.GetSpan(1 + Varint.MaxSize + value.Length);
        span[0] = (byte)((field << 3) | 2);
        var head = 1 + Varint.Write(span[1..], value.Length);
        value.CopyTo(span[head..]);
        output.Advance(head + value.Length);
    }
}

/// <summary>
/// Reads protobuf strictly: shortest varints, known wire types. Every error is a <see cref="FormatException"/> that names the offset in
/// the whole message.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int origin = 0)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Where the next read starts, counted from the start of the outermost message.</summary>
    public readonly int Offset => origin + _at;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool AtEnd => _at == _message.Length;

    /// <summary>The tag byte of the next field without reading it; -1 at the end.</summary>
    public readonly int Peek => AtEnd ? -1 : _message[_at];

    /// <summary>Reads a required field of wire type 0.</summary>
    public long Number(int field, string name)
    {
        Tag(field << 3, name);
        return Value(name);
    }

    /// <summary>Reads a required field of wire type 2; <paramref name="offset"/> is where its bytes start.</summary>
    public ReadOnlySpan<byte> Bytes(int field, string name, out int offset)
    {
        Tag((field << 3) | 2, name);
        var length = Value(name);
        var left = _message.Length - _at;
        if (length > left) throw new FormatException($"offset {Offset}: {name} of {length} bytes ends after {left}");
        offset = Offset;
        var bytes = _message.Slice(_at, (int)length);
        _at += (int)length;
        return bytes;
    }

    /// <summary>Fails unless everything has been read.</summary>
    public readonly void End()
    {
        if (!AtEnd) throw new FormatException($"offset {Offset}: unexpected field with tag 0x{_message[_at]:x2}");
    }

    private void Tag(int tag, string name)
    {
        if (Peek != tag) throw new FormatException($"offset {Offset}: want {name}, got {(AtEnd ? "the end" : $"tag 0x{_message[_at]:x2}")}");
        _at++;
    }

    private long Value(string name)
    {
        var status = Varint.Read(_message[_at..], out var value, out var size);
        if (status == OperationStatus.NeedMoreData) throw new FormatException($"offset {Offset}: {name}: varint ends early");
        if (status != OperationStatus.Done) throw new FormatException($"offset {Offset}: {name}: varint is not the shortest or over 63 bits");
        _at += size;
        return value;
    }
}
