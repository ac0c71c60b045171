using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>This server compares by bytes: a collation is taken only where it is the simple one or the collection's own.</summary>
internal static class Collations
{
    public static bool IsSimple(RawValue collation) =>
        collation.IsNullish || (collation.IsDocument && (collation.Elements.Count() == 0 || collation["locale"u8] is { Type: BsonType.String } locale && locale.Text == "simple"));

    public static void Check(RawValue collation, Collection? collection)
    {
        if (IsSimple(collation)) return;
        if (collection is not null && collection.Options.Document["collation"u8] is { IsMissing: false } own && BsonOrder.Compare(own, collation) == 0) return;
        throw new CommandException(238, "NotImplemented", $"collation {collation} is not supported by this server, which compares by bytes");
    }
}
