using System.Buffers.Binary;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// An entry of <c>local.oplog.rs</c>, over its raw bytes (the server's oplog_entry.idl). <see cref="Transaction"/> is set on everything that was
/// written in a session with a transaction number, retryable writes included; <see cref="MultiOperationType"/> 1 marks an <c>applyOps</c> that is
/// a vectored insert and no transaction.
/// </summary>
public sealed record OplogEntry(
    ReadOnlyMemory<byte> Raw, Optime Optime, OplogOperation Operation, TransactionId? Transaction, Optime? Previous, int MultiOperationType)
{
    /// <summary>Reads an entry; the bytes must stay as they are. Without <c>ts</c> it is <see cref="ErrorKind.Corrupt"/>.</summary>
    public static OplogEntry Read(ReadOnlyMemory<byte> raw)
    {
        uint? seconds = null;
        uint increment = 0;
        long term = -1;
        Hash256? session = null;
        long? number = null;
        Optime? previous = null;
        var multi = 0;
        foreach (var element in new RawElements(raw.Span))
        {
            var name = element.Name;
            if (name.SequenceEqual("ts"u8) && element.Type == BsonType.Timestamp)
            {
                increment = BinaryPrimitives.ReadUInt32LittleEndian(element.Value);
                seconds = BinaryPrimitives.ReadUInt32LittleEndian(element.Value[4..]);
            }
            else if (name.SequenceEqual("t"u8)) term = Integer(element) ?? -1;
            else if (name.SequenceEqual("lsid"u8) && element.Type == BsonType.Document) session = Hash256.Sha256(element.Value);
            else if (name.SequenceEqual("txnNumber"u8)) number = Integer(element);
            else if (name.SequenceEqual("prevOpTime"u8) && element.Type == BsonType.Document) previous = ReadOptime(element.Value);
            else if (name.SequenceEqual("multiOpType"u8)) multi = (int)(Integer(element) ?? 0);
        }
        if (seconds is not { } time) throw BackupException.Corrupt("read oplog entry: it has no ts");
        var transaction = session is { } lsid && number is { } txn ? new TransactionId(lsid, txn) : null;
        return new(raw, new(time, increment, term), OplogOperation.Read(raw), transaction, previous, multi);
    }

    /// <summary>Reads <c>{ts, t}</c>; null for the null optime <c>{Timestamp(0, 0), -1}</c>.</summary>
    private static Optime? ReadOptime(ReadOnlySpan<byte> document)
    {
        if (!RawBson.TryFind(document, "ts"u8, out var ts) || ts.Type != BsonType.Timestamp) return null;
        var (increment, seconds) = (BinaryPrimitives.ReadUInt32LittleEndian(ts.Value), BinaryPrimitives.ReadUInt32LittleEndian(ts.Value[4..]));
        if (seconds == 0 && increment == 0) return null;
        return new(seconds, increment, RawBson.TryFind(document, "t"u8, out var t) ? Integer(t) ?? -1 : -1);
    }

    private static long? Integer(RawElement element) => element.Type switch
    {
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element.Value),
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element.Value),
        BsonType.Double => (long)BinaryPrimitives.ReadDoubleLittleEndian(element.Value),
        _ => null,
    };
}

/// <summary>A transaction or retryable write: the SHA-256 of the session's id as the oplog has it, and the number within it.</summary>
public sealed record TransactionId(Hash256 Session, long Number);
