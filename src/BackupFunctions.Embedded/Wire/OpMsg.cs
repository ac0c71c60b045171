using System.Buffers.Binary;
using System.Text;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace BackupFunctions.Embedded.Wire;

/// <summary>Flag bits of OP_MSG. A reader has to refuse those of the lower half that it does not know.</summary>
[Flags]
internal enum OpMsgFlags : uint
{
    None = 0,
    ChecksumPresent = 1,
    MoreToCome = 2,
    ExhaustAllowed = 1 << 16,
}

/// <summary>
/// A parsed OP_MSG (opcode 2013): flags, one body section (kind 0) and document sequences (kind 1), all raw documents over the bytes received.
/// </summary>
internal sealed class OpMsg
{
    private const int ChecksumSize = 4;
    private const int MaxSequences = 2;
    private const OpMsgFlags RequiredBits = (OpMsgFlags)0xffff;

    private readonly Dictionary<string, IReadOnlyList<RawBsonDocument>> _sequences = new(StringComparer.Ordinal);
    private readonly byte[] _bytes;
    private readonly ByteArrayBuffer _buffer;
    private RawBsonDocument? _body;

    private OpMsg(byte[] bytes) => (_bytes, _buffer) = (bytes, new ByteArrayBuffer(bytes, isReadOnly: true));

    /// <summary>The command.</summary>
    public RawBsonDocument Body => _body!;

    /// <summary>Document sequences by identifier.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RawBsonDocument>> Sequences => _sequences;

    /// <summary>The flags of a message that has an OP_MSG header, or none when it is too short to have any.</summary>
    public static OpMsgFlags Flags(Message message) => message.Bytes.Length < MessageHeader.Size + sizeof(uint)
        ? OpMsgFlags.None
        : (OpMsgFlags)BinaryPrimitives.ReadUInt32LittleEndian(message.Bytes.AsSpan(MessageHeader.Size));

    /// <summary>Parses and checks the message; the result keeps its bytes.</summary>
    /// <exception cref="WireException">The message breaks the protocol; the connection has to close.</exception>
    /// <exception cref="CommandException">The message is well framed, but its sections are not; the connection can go on.</exception>
    public static OpMsg Parse(Message message)
    {
        var flags = Flags(message);
        var unknown = flags & RequiredBits & ~(OpMsgFlags.ChecksumPresent | OpMsgFlags.MoreToCome);
        if (unknown != OpMsgFlags.None)
            throw Fatal(223, "IllegalOpMsgFlag", $"Message contains illegal flags value: Ob{(uint)flags:b32}");

        var end = message.Bytes.Length;
        if (flags.HasFlag(OpMsgFlags.ChecksumPresent)) end = CheckedEnd(message.Bytes);
        var parsed = new OpMsg(message.Bytes);
        try
        {
            parsed.ReadSections(MessageHeader.Size + sizeof(uint), end);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw new CommandException(22, "InvalidBSON", e.Message);
        }

        return parsed;
    }

    private static int CheckedEnd(byte[] bytes)
    {
        var end = bytes.Length - ChecksumSize;
        if (end < MessageHeader.Size + sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end)) != Crc32C.Of(bytes.AsSpan(0, end)))
            throw Fatal(288, "ChecksumMismatch", "OP_MSG checksum does not match contents");
        return end;
    }

    private static WireException Fatal(int code, string codeName, string message) => new(message, new CommandException(code, codeName, message));

    private static CommandException Malformed(int code, string message) => new(code, $"Location{code}", message);

    private void ReadSections(int position, int end)
    {
        while (position < end)
        {
            var kind = _bytes[position++];
            position = kind switch
            {
                0 => ReadBody(position, end),
                1 => ReadSequence(position, end),
                _ => throw Malformed(40432, $"Unknown section kind {kind}"),
            };
        }

        if (_body is null) throw Malformed(40587, "OP_MSG messages must have a body");
        foreach (var identifier in _sequences.Keys)
        {
            if (_body.Contains(identifier))
                throw Malformed(40433, $"Duplicate field between body and document sequence {identifier}");
        }
    }

    private int ReadBody(int position, int end)
    {
        if (_body is not null) throw Malformed(40430, "Multiple body sections in message");
        _body = ReadDocument(ref position, end);
        return position;
    }

    private int ReadSequence(int position, int end)
    {
        if (_sequences.Count == MaxSequences) throw Fatal(233, "TooManyDocumentSequences", "Too many document sequences in OP_MSG");
        if (end - position < sizeof(int)) throw new FormatException($"read section at {position}: no length");
        var size = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(position));
        if (size < sizeof(int) + 1 || size > end - position) throw new FormatException($"read section at {position}: length {size}");

        var sectionEnd = position + size;
        position += sizeof(int);
        var nameLength = _bytes.AsSpan(position, sectionEnd - position).IndexOf((byte)0);
        if (nameLength < 0) throw new FormatException($"read section at {position}: identifier has no terminator");
        var identifier = Encoding.UTF8.GetString(_bytes, position, nameLength);
        position += nameLength + 1;

        var documents = new List<RawBsonDocument>();
        while (position < sectionEnd) documents.Add(ReadDocument(ref position, sectionEnd));
        if (!_sequences.TryAdd(identifier, documents)) throw Malformed(40431, $"Duplicate document sequence: {identifier}");
        return sectionEnd;
    }

    private RawBsonDocument ReadDocument(ref int position, int end)
    {
        var length = BsonStructure.Check(_bytes.AsSpan(position, end - position));
        var document = new RawBsonDocument(_buffer.GetSlice(position, length));
        position += length;
        return document;
    }
}
