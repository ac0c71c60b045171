using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Inserts, replaces and deletes documents together with their oplog entries.</summary>
internal static class DocumentWrites
{
    /// <summary>Inserts a document that is fit for storage; gives the optime, or null where the database has no oplog.</summary>
    public static BsonTimestamp? Insert(this WriteUnit unit, Namespace ns, byte[] bytes, SessionStatement? statement = null)
    {
        var entry = InsertUnlogged(unit, ns, bytes, statement);
        var optime = Log(unit, entry, u => u.Edit(ns).Insert(bytes));
        unit.Evict(ns);
        return optime;
    }

    /// <summary>Inserts a document and gives the entry that the caller is to log, or null where the database has no oplog.</summary>
    public static OplogEntry? InsertUnlogged(this WriteUnit unit, Namespace ns, byte[] bytes, SessionStatement? statement)
    {
        var editor = unit.Edit(ns);
        unit.Guard(editor, bytes);
        var record = editor.Insert(bytes);
        return Entry(editor, "i", record.Document, IdOf(record), statement);
    }

    /// <summary>Takes the oldest documents out of a capped collection that has become too large, and logs it.</summary>
    public static void Evict(this WriteUnit unit, Namespace ns)
    {
        var editor = unit.Edit(ns);
        if (!editor.Options.Capped) return;
        foreach (var evicted in editor.Evict())
        {
            if (Entry(editor, "d", IdOf(evicted), default, null) is { } entry) unit.Log(entry);
        }
    }

    /// <summary>Puts other bytes in a record's place; <paramref name="change"/> is the oplog entry's <c>o</c>.</summary>
    public static BsonTimestamp? Replace(this WriteUnit unit, Namespace ns, Record old, byte[] bytes, RawValue change, SessionStatement? statement = null)
    {
        var editor = unit.Edit(ns);
        unit.Guard(editor, old.Bytes);
        unit.Guard(editor, bytes);
        editor.Replace(old, bytes);
        return Log(unit, Entry(editor, "u", change, IdOf(old), statement), u => u.Edit(ns).Replace(u.Edit(ns).FindById(IdIn(old))!.Value, bytes));
    }

    public static BsonTimestamp? Delete(this WriteUnit unit, Namespace ns, Record record, SessionStatement? statement = null)
    {
        var editor = unit.Edit(ns);
        unit.Guard(editor, record.Bytes);
        editor.Remove(record);
        return Log(unit, Entry(editor, "d", IdOf(record), default, statement), u => u.Edit(ns).Remove(u.Edit(ns).FindById(IdIn(record))!.Value));
    }

    private static BsonTimestamp? Log(WriteUnit unit, OplogEntry? entry, Action<WriteUnit> apply) => entry is null ? null : unit.Log(entry, apply);

    private static OplogEntry? Entry(CollectionEditor editor, string op, RawValue o, RawValue o2, SessionStatement? statement) =>
        editor.Namespace.IsReplicated ? new OplogEntry(op, editor.Namespace.ToString(), editor.Options.Uuid, o, o2, statement) : null;

    private static RawValue IdIn(Record record) => record.Document["_id"u8];

    private static RawValue IdOf(Record record)
    {
        var writer = new RawWriter();
        var id = record.Document["_id"u8];
        if (!id.IsMissing) writer.Append("_id"u8, id);
        return RawValue.Document(writer.ToDocument());
    }
}
