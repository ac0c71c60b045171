using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Reads the commands of the oplog that can be replayed; the others are barriers (<see cref="OplogBarriers"/>).</summary>
internal sealed class CommandReplay(ReplayCatalogue catalogue, Accounts accounts, ReplayScope scope, CollectionChanges target, ReplayTally tally)
{
    private readonly RenameReplay _rename = new(catalogue, scope, target, tally);
    private readonly IndexReplay _indexes = new(catalogue);
    private readonly SeriesReplay _series = new(catalogue, scope, target, new(catalogue));

    /// <summary>What the command does.</summary>
    public CommandChange Read(OplogOperation operation)
    {
        if (!scope.MayInclude(operation.Database)) return CommandChange.None;
        var name = operation.CommandName;
        switch (name)
        {
            case "startIndexBuild" or "abortIndexBuild" or "dropIdent" or "setMultikeyMetadata" or "dbCheck":
                return CommandChange.None;
            case "dropDatabase":
                return DropDatabase(operation.Database);
            case "renameCollection":
                return _rename.Read(operation);
        }
        Func<OplogOperation, Namespace, CommandChange> read = name switch
        {
            "create" => Create,
            "drop" => Drop,
            "collMod" => CollMod,
            "convertToCapped" => ConvertToCapped,
            "emptycapped" => EmptyCapped,
            "createIndexes" => _indexes.Create,
            "commitIndexBuild" => _indexes.Commit,
            "dropIndexes" or "deleteIndexes" => _indexes.Drop,
            _ => throw new InvalidOperationException($"{name} is no barrier, and has no replay"),
        };
        var ns = Collection(operation);
        if (ns.Collection == ViewFold.Collection || ReplayScope.IsAccounts(ns)) return OnServers(name, ns);
        if (scope.Includes(ns)) return ns.IsBuckets ? _series.Read(operation, ns) : read(operation, ns);
        if (scope.IsFilteredOut(ns)) tally.Skipped++;
        return CommandChange.None;
    }

    // these are kept in memory, and only lose their documents by a command
    private CommandChange OnServers(string name, Namespace ns)
    {
        if (name != "drop") return CommandChange.None;
        return new(null, () =>
        {
            if (ns.Collection == ViewFold.Collection) catalogue.Views.DropDatabase(ns.Database);
            else accounts.Of(ns).RemoveWhere(_ => true);
        });
    }

    private CommandChange Create(OplogOperation operation, Namespace ns)
    {
        var spec = LoggedCreate.Read(ns, operation.O.Span);
        return spec.Type == CollectionType.View
            ? new(null, () => catalogue.Views.Add(spec))
            : new(ct => target.Create(spec with { Namespace = scope.Target(ns) }, ct), () => catalogue.Create(spec));
    }

    private CommandChange Drop(OplogOperation operation, Namespace ns) => new(ct => target.Drop(scope.Target(ns), ct), () =>
    {
        catalogue.Drop(ns);
        catalogue.Views.Drop(ns);
    });

    // what others have in the target's database stays: only what was loaded or replayed goes
    private CommandChange DropDatabase(string database)
    {
        var known = catalogue.Collections.Where(c => c.Namespace.Database == database && scope.Includes(c.Namespace)).Select(c => c.Namespace).ToList();
        return new(known.Count == 0 ? null : DropAll, () =>
        {
            foreach (var ns in known) catalogue.Drop(ns);
            catalogue.DropDatabase(database);
            catalogue.Views.DropDatabase(database);
        });

        async Task DropAll(CancellationToken cancellationToken)
        {
            foreach (var ns in known) await target.Drop(scope.Target(ns), cancellationToken).ConfigureAwait(false);
        }
    }

    private CommandChange CollMod(OplogOperation operation, Namespace ns)
    {
        var fields = new OptionFields(operation.O.Span);
        fields.Remove("collMod"u8);
        fields.Remove("index"u8);
        var changes = fields.ToDocument();
        var isView = catalogue.Views.All.Any(v => v.Namespace == ns); // changed by the operation on system.views
        if (isView) return CommandChange.None;
        return new(fields.IsEmpty ? null : ct => target.Change("collMod", scope.Target(ns), changes, ct), () =>
        {
            var index = RawBson.Nested(operation.O.Span, "index"u8);
            if (!index.IsEmpty) catalogue.SetIndexes(ns, IndexFold.Modify(catalogue.Touch(ns).Indexes, index));
            if (!fields.IsEmpty) catalogue.SetOptions(ns, LoggedOptions.Change(catalogue.Touch(ns).Options, changes));
        });
    }

    private CommandChange ConvertToCapped(OplogOperation operation, Namespace ns)
    {
        var fields = new OptionFields(operation.O.Span);
        fields.Remove("convertToCapped"u8);
        var arguments = fields.ToDocument();
        return new(ct => target.Change("convertToCapped", scope.Target(ns), arguments, ct), () =>
        {
            var spec = catalogue.Touch(ns);
            catalogue.SetOptions(ns, LoggedOptions.Capped(spec.Options, arguments));
            catalogue.SetIndexes(ns, [.. spec.Indexes.Where(IndexSpec.IsIdIndex)]);
        });
    }

    // servers have this command for tests only: an empty collection takes the place of the old
    private CommandChange EmptyCapped(OplogOperation operation, Namespace ns)
    {
        var spec = catalogue.Touch(ns) with { Namespace = scope.Target(ns) };
        return new(ct => target.Create(spec, ct), () => { });
    }

    private static Namespace Collection(OplogOperation operation)
    {
        var fields = new RawElements(operation.O.Span);
        if (!fields.MoveNext() || fields.Current.Type != BsonType.String) throw BackupException.Corrupt($"replay {operation.CommandName} on {operation.Database}: it names no collection");
        return new(operation.Database, fields.Current.Text);
    }
}
