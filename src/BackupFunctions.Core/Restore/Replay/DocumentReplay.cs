using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Decides what becomes of inserts, updates and deletes: a write to the target, a change of the catalogue, or nothing.</summary>
internal sealed class DocumentReplay(ReplayCatalogue catalogue, Accounts accounts, ReplayScope scope, ReplayTally tally)
{
    private readonly Dictionary<string, Route> _routes = new(StringComparer.Ordinal);

    private enum RouteKind
    {
        Target,
        FilteredOut,
        Server,
        Views,
        Indexes,
        Accounts,
        LeftOut,
    }

    private sealed record Route(RouteKind Kind, Namespace Namespace, ReplayTarget? Target);

    /// <summary>Forgets what was known of collections, after a command.</summary>
    public void Reset() => _routes.Clear();

    /// <summary>
    /// The operation for the target, or null when there is none; <paramref name="filteredOut"/> tells whether the patterns are why.
    /// </summary>
    public DocumentOperation? Read(OplogOperation operation, out bool filteredOut)
    {
        if (!_routes.TryGetValue(operation.Namespace, out var route)) _routes.Add(operation.Namespace, route = Find(operation.Namespace));
        filteredOut = route.Kind == RouteKind.FilteredOut;
        switch (route.Kind)
        {
            case RouteKind.Target:
                return DocumentOperation.From(operation, route.Target!);
            case RouteKind.FilteredOut or RouteKind.LeftOut:
                tally.Skipped++;
                return null;
            case RouteKind.Views:
                catalogue.Views.Apply(operation);
                return null;
            case RouteKind.Accounts:
                if (!accounts.Of(route.Namespace).Apply(DocumentOperation.From(operation, new(route.Namespace, false, false)))) tally.Missing++;
                return null;
            case RouteKind.Indexes when operation.Kind == OplogOperationKind.Insert:
                var (ns, index) = IndexReplay.OldStyle(operation);
                if (scope.Includes(ns)) catalogue.AddIndex(ns, index);
                return null;
            default:
                return null;
        }
    }

    private Route Find(string text)
    {
        var ns = LoggedNamespace.Parse(text);
        if (!scope.MayInclude(ns.Database)) return new(RouteKind.Server, ns, null);
        if (ReplayScope.IsAccounts(ns)) return new(RouteKind.Accounts, ns, null);
        if (ns.Collection == ViewFold.Collection) return new(RouteKind.Views, ns, null);
        if (ReplayScope.IsIndexes(ns)) return new(RouteKind.Indexes, ns, null);
        if (!scope.Includes(ns)) return new(scope.IsFilteredOut(ns) ? RouteKind.FilteredOut : RouteKind.Server, ns, null);
        if (ns.IsBuckets) return catalogue.FindSeries(ns) is null ? new(RouteKind.LeftOut, ns, null) : new(RouteKind.Target, ns, new(scope.Target(ns), IsCapped: false, HasCollation: false));
        var spec = catalogue.Touch(ns);
        return new(RouteKind.Target, ns, new(scope.Target(ns), spec.IsCapped, spec.HasCollation));
    }
}
