using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Inserts, replaces and deletes documents together with their oplog entries.</summary>
internal static class DocumentWrites
{
    /// <summary>Inserts a document that is fit for storage; gives the optime, or null where the database has no oplog.</summary>
    public static BsonTimestamp? Insert(this WriteUnit unit, Namespace ns, byte[] bytes, RetryableStatement? statement = null)
    {
        var editor = unit.Edit(ns);
        var record = editor.Insert(bytes);
        var optime = Log(unit, editor, "i", record.Document, IdOf(record), statement);
        if (!editor.Options.Capped) return optime;
        foreach (var evicted in editor.Evict()) Log(unit, editor, "d", IdOf(evicted), default, null);
        return optime;
    }

    /// <summary>Puts other bytes in a record's place; <paramref name="change"/> is the oplog entry's <c>o</c>.</summary>
    public static BsonTimestamp? Replace(this WriteUnit unit, Namespace ns, Record old, byte[] bytes, RawValue change, RetryableStatement? statement = null)
    {
        var editor = unit.Edit(ns);
        editor.Replace(old, bytes);
        return Log(unit, editor, "u", change, IdOf(old), statement);
    }

    public static BsonTimestamp? Delete(this WriteUnit unit, Namespace ns, Record record, RetryableStatement? statement = null)
    {
        var editor = unit.Edit(ns);
        editor.Remove(record);
        return Log(unit, editor, "d", IdOf(record), default, statement);
    }

    private static BsonTimestamp? Log(WriteUnit unit, CollectionEditor editor, string op, RawValue o, RawValue o2, RetryableStatement? statement) =>
        editor.Namespace.IsReplicated ? unit.Log(new OplogEntry(op, editor.Namespace.ToString(), editor.Options.Uuid, o, o2, statement)) : null;

    private static RawValue IdOf(Record record)
    {
        var writer = new RawWriter();
        var id = record.Document["_id"u8];
        if (!id.IsMissing) writer.Append("_id"u8, id);
        return RawValue.Document(writer.ToDocument());
    }
}
