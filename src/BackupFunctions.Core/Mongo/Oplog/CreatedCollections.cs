using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// Follows the collections that were created in a stretch of oplog. The stretch holds all of their documents: whatever they are renamed to, and whenever documents were read under either name, a
/// replay brings them back whole. So <c>$out</c>, <c>mapReduce</c> and <c>convertToCapped</c> put a new collection in the place of an old one.
/// </summary>
internal sealed class CreatedCollections(IEnumerable<string> created)
{
    private readonly HashSet<string> _names = [.. created];

    /// <summary>Those that are still there, by the names that they have now.</summary>
    public IReadOnlyList<string> Names => [.. _names.Order(StringComparer.Ordinal)];

    /// <summary>Takes note of an operation, or of those inside it; false when it renames a collection that was there before the stretch.</summary>
    public bool Follow(OplogOperation operation)
    {
        if (operation.Kind != OplogOperationKind.Command) return true;
        switch (operation.CommandName)
        {
            case "create" when First(operation) is { } name:
                _names.Add($"{operation.Database}.{name}");
                return true;
            case "drop" when First(operation) is { } name:
                _names.Remove($"{operation.Database}.{name}");
                return true;
            case "renameCollection":
                var isCreated = First(operation) is { } from && _names.Remove(from);
                if (isCreated) _names.Add(RawBson.Text(operation.O.Span, "to"u8));
                return isCreated;
            case "applyOps":
                return FollowAll(operation);
            default:
                return true;
        }
    }

    private bool FollowAll(OplogOperation applyOps)
    {
        var all = true;
        foreach (var item in applyOps.Inner())
        {
            if (RawBson.Text(item.Span, "op"u8) == "c") all &= Follow(OplogOperation.Read(item));
        }
        return all;
    }

    private static string? First(OplogOperation command) => new RawElements(command.O.Span) is var fields && fields.MoveNext() && fields.Current.Type == BsonType.String ? fields.Current.Text : null;
}
