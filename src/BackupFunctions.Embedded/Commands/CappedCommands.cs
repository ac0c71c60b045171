using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>convertToCapped</c> and <c>emptycapped</c>.</summary>
internal static class CappedCommands
{
    public static BsonDocument Convert(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, "size");
        return store.Write(context, unit => Convert(unit, arguments));
    }

    /// <summary>
    /// As the server does it, and with its oplog entries: a capped copy beside the collection, which then takes its name. Only the
    /// <c>_id</c> index goes along.
    /// </summary>
    public static BsonDocument Convert(WriteUnit unit, Arguments arguments)
    {
        var ns = WriteTarget.Of(arguments);
        if (Values.Long(arguments["size"]) is not { } size || size <= 0) throw new CommandException(72, "InvalidOptions", "Capped collection size must be greater than zero");
        if (unit.Find(ns) is null) throw new CommandException(26, "NamespaceNotFound", $"source collection {ns} does not exist");
        var source = unit.Edit(ns).Current;
        var copy = ns with { Collection = $"tmp{unit.Ids.NextUuid().ToString("N")[..5]}.convertToCapped.{ns.Collection}" };
        unit.Create(copy, Options(source, size, temporary: true));
        // what would be evicted again is not copied
        var (kept, bytes) = (new List<Record>(), 0L);
        foreach (var record in source.Natural(forward: false))
        {
            bytes += record.Bytes.Length;
            if (bytes > size && kept.Count > 0) break;
            kept.Add(record);
        }
        kept.Reverse();
        foreach (var record in kept) unit.Insert(copy, record.Bytes);
        var made = unit.Edit(copy).Current;
        RenameCommand.Rename(unit, made.With(copy, new CollectionOptions(Options(source, size, temporary: false), made.Options.Uuid)), ns, source);
        return [];
    }

    public static BsonDocument Empty(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context);
        return store.Write(context, unit => Empty(unit, arguments));
    }

    public static BsonDocument Empty(WriteUnit unit, Arguments arguments)
    {
        var ns = WriteTarget.Of(arguments);
        if (unit.Find(ns) is null) throw new CommandException(26, "NamespaceNotFound", $"emptycapped not supported on a collection that does not exist: {ns}");
        var collection = unit.Edit(ns).Current;
        if (!collection.Options.Capped) throw new CommandException(20, "IllegalOperation", $"emptycapped: {ns} is not capped");
        unit.Put(StoredCollection.Empty(ns, collection.Options, collection.Indexes));
        if (ns.IsReplicated) unit.Log(OplogEntry.Command(ns, collection.Options.Uuid, new BsonDocument("emptycapped", ns.Collection)));
        return [];
    }

    private static byte[] Options(StoredCollection source, long size, bool temporary)
    {
        var writer = new RawWriter().Append("capped", true).Append("size", size);
        foreach (var element in source.Options.Document.Elements)
        {
            if (element.Name is not ("capped" or "size" or "max" or "temp" or "clusteredIndex")) writer.Append(element);
        }
        if (temporary) writer.Append("temp", true);
        return writer.ToDocument();
    }
}
