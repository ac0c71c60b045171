using System.Text;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// Finds what no replay can pass, because the oplog does not tell all of it or no command does it on a target: what comes behind it needs another full backup as its base. Only what the filter
/// includes counts.
/// </summary>
internal sealed class OplogBarriers(NamespaceFilter filter)
{
    private const string Versions = "admin.system.version";

    private static readonly HashSet<string> Replayable =
    [
        "abortIndexBuild", "abortTransaction", "applyOps", "collMod", "commitIndexBuild", "commitTransaction", "convertToCapped", "create", "createIndexes", "deleteIndexes", "drop", "dropDatabase",
        "dbCheck", "dropIdent", "dropIndexes", "emptycapped", "renameCollection", "setMultikeyMetadata", "startIndexBuild",
    ];

    /// <summary>What the operation, or one inside it, did that cannot be replayed, as a clause; null when all of it can.</summary>
    public string? Find(OplogOperation operation) => operation.Kind switch
    {
        OplogOperationKind.Noop => OfNoop(operation),
        OplogOperationKind.Command => OfCommand(operation),
        OplogOperationKind.Internal => null,
        _ => OfDocument(operation),
    };

    // a no-op says when a collection is resharded
    private static string? OfNoop(OplogOperation noop)
    {
        if (noop.O2.IsEmpty) return null;
        var fields = new RawElements(noop.O2.Span);
        if (!fields.MoveNext()) return null;
        var isResharding = fields.Name.StartsWith("reshard"u8)
            || (RawBson.TryFind(noop.O2.Span, "type"u8, out var type) && type.Type == BsonType.String && type.Text.StartsWith("reshard", StringComparison.Ordinal));
        return isResharding ? $"{noop.Namespace} was resharded" : null;
    }

    private string? OfDocument(OplogOperation operation)
    {
        if (!MayMatter(operation.Namespace) || !filter.MayInclude(operation.Database)) return null;
        if (operation.Namespace != Versions) return $"{operation.Database} was resharded";
        var id = RawBson.Id((operation.Kind == OplogOperationKind.Update ? operation.O2 : operation.O).Span);
        return id is not null && Encoding.UTF8.GetString(id.Bytes().Span).Contains("featureCompatibilityVersion", StringComparison.Ordinal) ? "the feature compatibility version was changed" : null;
    }

    private string? OfCommand(OplogOperation operation)
    {
        var name = operation.CommandName;
        if (name == "applyOps") return OfAll(operation);
        if (!filter.MayInclude(operation.Database)) return null;
        return name switch
        {
            "reshardCollection" or "refineCollectionShardKey" or "shardCollection" or "upgradeDowngradeViewlessTimeseries" => $"{operation.Database} was changed by {name}",
            "renameCollection" => OfRename(operation),
            _ => Replayable.Contains(name) ? null : $"{operation.Database} was changed by {name}, which this version does not know",
        };
    }

    private string? OfAll(OplogOperation applyOps)
    {
        foreach (var item in applyOps.Inner())
        {
            var (op, ns) = (RawBson.Text(item.Span, "op"u8), RawBson.Text(item.Span, "ns"u8));
            if (OplogOperation.KindOf(op) is not { } kind) return $"{ns} was changed by an operation of the kind '{op}', which this version does not know";
            var isOfDocument = kind is OplogOperationKind.Insert or OplogOperationKind.Update or OplogOperationKind.Delete;
            if ((!isOfDocument || MayMatter(ns)) && Find(OplogOperation.Read(item)) is { } found) return found;
        }
        return null;
    }

    private string? OfRename(OplogOperation operation)
    {
        if (!RawBson.TryFind(operation.O.Span, "renameCollection"u8, out var from) || !RawBson.TryFind(operation.O.Span, "to"u8, out var to) || from.Type != BsonType.String || to.Type != BsonType.String) return null;
        if (IsResharding(from.Text)) return $"{to.Text} was resharded";
        return IsIncludedBuckets(from.Text) || IsIncludedBuckets(to.Text) ? $"{from.Text} was renamed to {to.Text}, as $out does, which no command does on the target" : null;
    }

    private bool IsIncludedBuckets(string text) => text.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && new Namespace(text[..dot], text[(dot + 1)..]) is { IsBuckets: true } buckets && filter.Includes(buckets.Owner);

    private static bool MayMatter(string ns) => ns == Versions || IsResharding(ns);

    // the copy that resharding makes
    private static bool IsResharding(string ns) => ns.Contains(".system.resharding.", StringComparison.Ordinal);
}
