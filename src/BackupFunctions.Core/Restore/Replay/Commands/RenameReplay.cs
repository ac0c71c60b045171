using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Reads <c>renameCollection</c>. A collection that is renamed out of what the filter includes is dropped, with a warning. One that is renamed into it
/// is an error: its documents were never loaded, and going on would restore an empty collection, or none.
/// </summary>
internal sealed class RenameReplay(ReplayCatalogue catalogue, ReplayScope scope, CollectionChanges target, ReplayTally tally)
{
    /// <summary>What the command does.</summary>
    public CommandChange Read(OplogOperation operation)
    {
        var (from, to) = (Field(operation, "renameCollection"u8), Field(operation, "to"u8));
        var (leaves, arrives) = (scope.Includes(from), scope.Includes(to));
        if (leaves && arrives) return Inside(operation, from, to);
        if (leaves) return Out(from, to);
        if (arrives)
        {
            // $out, convertToCapped and renames across databases name theirs so, each time another
            var both = from.Collection.StartsWith("tmp", StringComparison.Ordinal) ? $"{from.Database}.tmp*" : from.ToString();
            throw new BackupException(ErrorKind.Configuration, $"replay the oplog: {from}, which is not included, is renamed to {to}, which is", $"include {both} as well, or restore to a moment before");
        }
        if (scope.IsFilteredOut(from) || scope.IsFilteredOut(to)) tally.Skipped++;
        return CommandChange.None;
    }

    private CommandChange Inside(OplogOperation operation, Namespace from, Namespace to)
    {
        var staysTemporary = RawBson.TryFind(operation.O.Span, "stayTemp"u8, out var stay) && IndexSpec.IsTrue(stay);
        return new(Apply, () =>
        {
            catalogue.Rename(from, to);
            if (!staysTemporary && catalogue.Find(to) is { } renamed) catalogue.SetOptions(to, LoggedOptions.Permanent(renamed.Options));
        });

        async Task Apply(CancellationToken cancellationToken)
        {
            if (!await target.Rename(scope.Target(from), scope.Target(to), cancellationToken).ConfigureAwait(false))
                tally.Warn($"{from} is renamed to {to} in the oplog, and the target has neither");
        }
    }

    private CommandChange Out(Namespace from, Namespace to)
    {
        tally.Warn($"{from} is dropped: the oplog renames it to {to}, which is not included");
        return new(ct => target.Drop(scope.Target(from), ct), () => catalogue.Drop(from));
    }

    private static Namespace Field(OplogOperation operation, ReadOnlySpan<byte> name) => RawBson.TryFind(operation.O.Span, name, out var ns) && ns.Type == BsonType.String
        ? LoggedNamespace.Parse(ns.Text)
        : throw BackupException.Corrupt("replay renameCollection: it does not name both collections");
}
