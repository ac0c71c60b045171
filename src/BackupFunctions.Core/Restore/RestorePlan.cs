using BackupFunctions.Backup;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// How an index is restored under a request: always the same for the same two, so that activities work it out again instead of passing it on.
/// Collections come first, views after them, under the names that they get.
/// </summary>
public sealed class RestorePlan
{
    private const string IncludeName = "--ns-include", ExcludeName = "--ns-exclude";
    private const long UnitBytes = 256L * 1024 * 1024;

    private RestorePlan(IReadOnlyList<IndexedCollection> collections, IReadOnlyList<IndexedCollection> views, bool replays, IReadOnlyList<string> warnings) =>
        (Collections, Views, Replays, Warnings, Units, Everything) = (collections, views, replays, warnings, Group(collections), [.. collections, .. views]);

    /// <summary>Collections and time series, which have documents of their own.</summary>
    public IReadOnlyList<IndexedCollection> Collections { get; }

    /// <summary>Views.</summary>
    public IReadOnlyList<IndexedCollection> Views { get; }

    /// <summary>The collections, then the views.</summary>
    public IReadOnlyList<IndexedCollection> Everything { get; }

    /// <summary>Whether oplog is to be replayed on what is loaded.</summary>
    public bool Replays { get; }

    /// <summary>The work of the load activities.</summary>
    public IReadOnlyList<LoadUnit> Units { get; }

    /// <summary>What is selected and will not be restored, and why.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Selects by the request's patterns and groups files into units; <see cref="ErrorKind.NotFound"/> when they select nothing, and no oplog follows that may.</summary>
    public static RestorePlan Of(BackupIndex index, RestoreRequest request)
    {
        var (filter, renames) = (Filter(request), Renames(request));
        var selected = index.Collections.Where(c => filter.Includes(c.Namespace)).ToLookup(HoldsUsersOrRoles);
        var named = selected[false].Select(c => Renamed(c, renames)).ToList();
        if (named.CountBy(c => c.Namespace).FirstOrDefault(n => n.Value > 1) is { Value: > 1 } twice)
            throw new BackupException(ErrorKind.Configuration, $"restore backup {index.Backup}: {twice.Value} collections would get the name {twice.Key}", "check --ns-from and --ns-to");
        var collections = named.Where(c => c.Type != CollectionType.View).ToList();
        var views = named.Where(c => c.Type == CollectionType.View).ToList();
        var replays = ReplaysAny(index, request);
        if (selected.Count == 0 && !replays && request.Include.Count + request.Exclude.Count > 0)
            throw BackupException.NotFound($"restore backup {index.Backup}: no collection is selected", "check the namespace patterns; `backupfn show` lists what the backup holds");
        List<string> warnings = request.UsersAndRoles ? [] : [.. selected[true].Select(c => $"{c.Namespace} is not restored: users and roles stay those of the target")];
        if (index.Collections.Count == 0 && !replays) warnings.Add("the backup is empty: there was no collection when it was made");
        return new(collections, views, replays, warnings);
    }

    /// <summary>Of a target's collections those that the restore may replace: its own, and those that the oplog may come to create or to rename to.</summary>
    public IReadOnlyList<Namespace> InTheWay(RestoreRequest request, IReadOnlyList<Namespace> present)
    {
        var (filter, renames) = (Filter(request), Renames(request));
        return [.. Everything.Select(c => c.Namespace).Union(present.Where(MayBeReplayed)).Order()];

        bool MayBeReplayed(Namespace ns) => NamespaceFilter.Everything().Includes(ns) && (renames.MayGive(ns) || (filter.Includes(ns) && renames.Map(ns) == ns));
    }

    /// <summary>What the request selects, by the names of the backup.</summary>
    public static NamespaceFilter Filter(RestoreRequest request) =>
        new(NamespacePattern.ParseAll(request.Include, IncludeName), NamespacePattern.ParseAll(request.Exclude, ExcludeName));

    /// <summary>The names that what is selected gets.</summary>
    public static NamespaceRenames Renames(RestoreRequest request) =>
        NamespaceRenames.Parse([.. request.Renames.Select(r => r.From)], [.. request.Renames.Select(r => r.To)]);

    /// <summary>Whether these are users or roles, which a restore merges by the server's own command.</summary>
    public static bool HoldsUsersOrRoles(IndexedCollection collection) => collection is { Database: "admin", Name: "system.users" or "system.roles" };

    private static IndexedCollection Renamed(IndexedCollection collection, NamespaceRenames renames)
    {
        var target = renames.Map(collection.Namespace);
        return collection with { Database = target.Database, Name = target.Collection };
    }

    // documents of one moment need no oplog unless a later one is asked for; fuzzy ones always do
    private static bool ReplaysAny(BackupIndex index, RestoreRequest request) =>
        index.Oplog is not null && (index.Snapshot is not { } snapshot || request.Slices.Count > 0 || request.Through > snapshot);

    // files by id may be loaded side by side; those in natural order belong to one ordered writer
    private static List<LoadUnit> Group(IReadOnlyList<IndexedCollection> collections)
    {
        var units = new List<LoadUnit>();
        var open = new List<LoadFile>();
        long bytes = 0;
        foreach (var collection in collections)
        {
            foreach (var file in collection.Files)
            {
                var mayCut = collection.Order == CollectionReadOrder.ById || file == collection.Files[0];
                if (mayCut && open.Count > 0 && bytes + file.Bytes > UnitBytes)
                {
                    units.Add(new(open));
                    (open, bytes) = ([], 0);
                }
                open.Add(new(collection, file));
                bytes += file.Bytes;
            }
        }
        if (open.Count > 0) units.Add(new(open));
        return units;
    }
}

/// <summary>Files that one activity loads, in order.</summary>
public sealed record LoadUnit(IReadOnlyList<LoadFile> Files);

/// <summary>A file and the collection it belongs to.</summary>
public sealed record LoadFile(IndexedCollection Collection, IndexedFile File);
