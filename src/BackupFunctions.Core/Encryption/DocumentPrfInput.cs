using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// The 16 bytes that decide whether a chunk may end after a document: from its <c>_id</c> alone, so that an update of other fields moves no
/// boundary (docs/format.md, "Cutting"). Reads raw BSON (bsonspec.org) only as far as the <c>_id</c>, which servers keep in front.
/// </summary>
internal static class DocumentPrfInput
{
    public const int Size = 16;
    private const byte ObjectIdType = 0x07;
    private const int ObjectIdSize = 12;

    /// <summary>Writes 16 bytes; fails with <see cref="ErrorKind.Corrupt"/> for what is no BSON document.</summary>
    public static void Write(ReadOnlySpan<byte> document, Span<byte> destination)
    {
        if (document.Length < 5 || BinaryPrimitives.ReadInt32LittleEndian(document) != document.Length || document[^1] != 0)
            throw BackupException.Corrupt($"cut document: its length field does not say {document.Length}, or its end is missing");
        var rest = document[4..^1];
        while (!rest.IsEmpty)
        {
            var type = rest[0];
            var nameLength = rest[1..].IndexOf((byte)0);
            if (nameLength < 0) throw Malformed();
            var value = rest[(nameLength + 2)..];
            var length = ValueLength(type, value);
            if (length < 0 || length > value.Length) throw Malformed();
            if (rest.Slice(1, nameLength).SequenceEqual("_id"u8))
            {
                if (type == ObjectIdType) Pad(value[..ObjectIdSize], destination);
                else Hash(type, value[..(int)length], destination);
                return;
            }
            rest = value[(int)length..];
        }
        Hash(0, document, destination);
    }

    private static void Pad(ReadOnlySpan<byte> objectId, Span<byte> destination)
    {
        objectId.CopyTo(destination);
        destination[ObjectIdSize..Size].Clear();
    }

    private static void Hash(byte type, ReadOnlySpan<byte> value, Span<byte> destination)
    {
        // an _id is short as a rule; one that is not costs an allocation
        var length = value.Length + 1;
        var input = length <= 512 ? stackalloc byte[512] : new byte[length];
        input[0] = type;
        value.CopyTo(input[1..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(input[..length], digest);
        digest[..Size].CopyTo(destination);
    }

    // length of a value of this type, -1 when it cannot be told
    private static long ValueLength(byte type, ReadOnlySpan<byte> value) => type switch
    {
        0x06 or 0x0A or 0xFF or 0x7F => 0,
        0x08 => 1,
        0x10 => 4,
        0x01 or 0x09 or 0x11 or 0x12 => 8,
        ObjectIdType => ObjectIdSize,
        0x13 => 16,
        0x02 or 0x0D or 0x0E => Prefixed(value, 4, 1),
        0x03 or 0x04 or 0x0F => Prefixed(value, 0, 5),
        0x05 => Prefixed(value, 5, 0),
        0x0C => Prefixed(value, 4 + ObjectIdSize, 1),
        0x0B => RegexLength(value),
        _ => -1,
    };

    // an int32 that counts itself in (overhead 0) or what follows it
    private static long Prefixed(ReadOnlySpan<byte> value, int overhead, int least)
    {
        if (value.Length < 4) return -1;
        var length = BinaryPrimitives.ReadInt32LittleEndian(value);
        return length < least ? -1 : (long)length + overhead;
    }

    private static long RegexLength(ReadOnlySpan<byte> value)
    {
        var pattern = value.IndexOf((byte)0);
        var options = pattern < 0 ? -1 : value[(pattern + 1)..].IndexOf((byte)0);
        return options < 0 ? -1 : pattern + options + 2;
    }

    private static BackupException Malformed() => BackupException.Corrupt("cut document: malformed BSON before its _id");
}
