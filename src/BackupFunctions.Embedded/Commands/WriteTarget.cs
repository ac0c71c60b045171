using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>Checks on where documents are written.</summary>
internal static class WriteTarget
{
    /// <summary>The collection that a write command names; the oplog cannot be written (error 73).</summary>
    public static Namespace Of(Arguments arguments)
    {
        var ns = arguments.Target();
        return ns == Namespace.Oplog ? throw new CommandException(73, "InvalidNamespace", $"cannot write to '{ns}'") : ns;
    }

    /// <summary>Refuses views, time series and seeded collections, before any statement is run.</summary>
    public static void Check(WriteUnit unit, Namespace ns)
    {
        if (Series.BucketsOf(unit.Catalog, unit.Find(ns)) is not null) throw Series.Refused("an update or a delete", ns);
        if (unit.Find(ns) is { } entry and not StoredCollection) unit.Edit(entry.Namespace);
    }

    /// <summary>Error 121 when the collection's validator refuses the document.</summary>
    public static void Validate(CollectionOptions options, byte[] bytes, byte[]? before = null)
    {
        var document = RawValue.Document(bytes);
        if (before is null ? options.Accepts(document) : options.Accepts(RawValue.Document(before), document)) return;
        throw new CommandException(121, "DocumentValidationFailure", "Document failed validation", new BsonDocument
        {
            { "errInfo", new BsonDocument { { "failingDocumentId", document["_id"u8].ToBson() } } },
        });
    }
}
