using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>What the server does to a document before it stores it: checks it, puts <c>_id</c> first, fills empty timestamps.</summary>
internal static class DocumentIntake
{
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The bytes to store; those given where nothing is to be changed.</summary>
    public static byte[] Prepare(WriteUnit unit, byte[] bytes, bool keepEmptyTimestamps)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new CommandException(10334, "BSONObjectTooLarge", $"object to insert too large. size in bytes: {bytes.Length}, max size: {MaxBytes}");
        }
        var document = RawValue.Document(bytes);
        RawLayout.Check(document);
        var (position, ids, empty) = (0, 0, false);
        var idAt = -1;
        foreach (var element in document.Elements)
        {
            if (element.NameBytes.SequenceEqual("_id"u8))
            {
                if (ids++ > 0) throw new CommandException(2, "BadValue", "can't have multiple _id fields in one document");
                idAt = position;
                CheckId(element.Value);
            }
            else
            {
                empty |= IsEmptyTimestamp(element.Value);
            }
            position++;
        }
        if (idAt != 0) bytes = IdFirst(unit, document);
        return empty && !keepEmptyTimestamps ? FillTimestamps(unit, bytes) : bytes;
    }

    /// <summary>Refuses what cannot be an <c>_id</c>.</summary>
    public static void CheckId(RawValue id)
    {
        var refused = id.Type switch
        {
            BsonType.Array => "an array",
            BsonType.RegularExpression => "a regex",
            BsonType.Undefined => "a undefined",
            _ => null,
        };
        if (refused is not null) throw new CommandException(2, "BadValue", $"can't use {refused} for _id");
        if (!id.IsDocument) return;
        foreach (var element in id.Elements)
        {
            if (element.NameBytes.StartsWith("$"u8) && !element.NameBytes.SequenceEqual("$ref"u8) && !element.NameBytes.SequenceEqual("$id"u8) && !element.NameBytes.SequenceEqual("$db"u8))
            {
                throw new CommandException(52, "DollarPrefixedFieldName", $"_id fields may not contain '$'-prefixed fields: {element.Name} is not valid for storage.");
            }
        }
    }

    private static bool IsEmptyTimestamp(RawValue value) => value.Type == BsonType.Timestamp && value.UInt64 == 0;

    private static byte[] IdFirst(WriteUnit unit, RawValue document)
    {
        var writer = new RawWriter(document.Length + 32);
        var id = document["_id"u8];
        writer.Append("_id"u8, id.IsMissing ? RawValue.From(unit.Ids.NextObjectId()) : id);
        foreach (var element in document.Elements)
        {
            if (!element.NameBytes.SequenceEqual("_id"u8)) writer.Append(element);
        }
        return writer.ToDocument();
    }

    private static byte[] FillTimestamps(WriteUnit unit, byte[] bytes)
    {
        var filled = (byte[])bytes.Clone();
        foreach (var element in RawValue.Document(bytes).Elements)
        {
            if (!IsEmptyTimestamp(element.Value) || element.NameBytes.SequenceEqual("_id"u8)) continue;
            RawValue.From(unit.Clock.Next()).Span.CopyTo(filled.AsSpan(element.Value.Offset));
        }
        return filled;
    }
}
