using System.Collections.Immutable;
using BackupFunctions.Simulation.Truth;

namespace BackupFunctions.Simulation.Model;

/// <summary>What a server should hold, by <c>database.collection</c>; never changes.</summary>
internal sealed record ModelState(ImmutableSortedDictionary<string, ModelCollection> Collections)
{
    public static readonly ModelState Empty = new(ImmutableSortedDictionary.Create<string, ModelCollection>(StringComparer.Ordinal));

    public ModelCollection? Find(string ns) => Collections.GetValueOrDefault(ns);

    public ModelState Set(string ns, ModelCollection collection) => new(Collections.SetItem(ns, collection));

    public ModelState Drop(string ns) => new(Collections.Remove(ns));

    public ModelState DropDatabase(string database) => new(Collections.RemoveRange(Collections.Keys.Where(ns => ns.StartsWith($"{database}.", StringComparison.Ordinal))));

    public ModelState Rename(string from, string to) => new(Collections.Remove(from).SetItem(to, Collections[from]));

    /// <summary>As <see cref="ServerContents.Lines"/> describes a server.</summary>
    public SortedDictionary<string, string> Lines()
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (ns, collection) in Collections) ServerContents.Describe(lines, ns, collection.Options, collection.Indexes.Values, collection.Documents);
        return lines;
    }
}
