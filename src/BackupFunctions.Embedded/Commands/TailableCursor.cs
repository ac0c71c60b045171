using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Commands;

/// <summary>A find over a capped collection that stays open at its end, with <c>tailable</c> and perhaps <c>awaitData</c>.</summary>
internal static class TailableCursor
{
    private static readonly RawValue Natural = RawValue.From("$natural");

    /// <summary>Whether the command asks for one; errors 2 and 9 for what it cannot be combined with.</summary>
    public static bool IsAskedFor(Arguments arguments, QueryRequest query)
    {
        if (!arguments.Flag("tailable"))
        {
            return arguments.Flag("awaitData")
                ? throw new CommandException(9, "FailedToParse", "Cannot set 'awaitData' without also setting 'tailable'")
                : false;
        }
        if (arguments.Flag("singleBatch")) throw FilterParser.Bad("Cannot use tailable option with the 'singleBatch' option");
        if (query.Sort is not null && query.Sort.Fields is not [{ Name: "$natural", Descending: false }])
            throw FilterParser.Bad("cannot use tailable option with a sort other than {$natural: 1}");
        if (query.Skip > 0 || query.Limit > 0) throw FilterParser.Bad("this server gives tailable cursors neither a skip nor a limit");
        return true;
    }

    /// <summary>The cursor; over an absent or empty collection it is at its end at once.</summary>
    public static Cursor Open(Namespace ns, CatalogEntry? entry, QueryRequest query, Projection? projection, MemberReads reads, Arguments arguments)
    {
        var context = arguments.Context;
        if (entry is null or Collection { Options.Capped: true, Count: 0 }) return new Cursor(ns.ToString(), []);
        if (entry is not Collection { Options.Capped: true } collection)
        {
            throw FilterParser.Bad(
                $"error processing query: ns={ns} planner returned error :: caused by :: tailable cursor requested on non capped collection");
        }
        // A tail reads in natural order, whatever index would serve the filter.
        var plan = QueryPlan.Choose(collection, query.Hint.IsNullish ? query with { Hint = Natural } : query);
        if (!plan.IsForward) throw FilterParser.Bad("a tailable cursor reads in natural order and takes no index");
        var scan = new CappedScan(() => reads.Current(context).FindCollection(ns), collection, plan.From, to: null);
        return new Cursor(ns.ToString(), scan, Read) { AwaitsData = arguments.Flag("awaitData"), NeverTimesOut = arguments.Flag("noCursorTimeout") };

        byte[]? Read()
        {
            while (scan.Next() is { } record)
            {
                if (!query.Filter.Matches(record.Document)) continue;
                return projection is null ? record.Bytes : projection.Apply(record.Document).ToArray();
            }
            return null;
        }
    }
}
