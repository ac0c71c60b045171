using System.Globalization;
using System.Text;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Update;

/// <summary>
/// The oplog's delta form of an update (<c>{$v: 2, diff: {d, u, i, sField}}</c>): deleted, changed and added fields, and deltas of nested
/// documents and arrays. Added fields go to the end of their document.
/// </summary>
internal static class UpdateDiff
{
    /// <summary>
    /// The entry's <c>o</c>: a delta, or the whole new document where names repeat or, unless <paramref name="always"/> a delta is asked for,
    /// where that is shorter.
    /// </summary>
    public static RawValue Of(RawValue before, RawValue after, bool always = false)
    {
        if (Documents(before, after) is not { } diff) return after;
        var writer = new RawWriter().Append("$v", 2);
        writer.Append("diff", diff);
        var entry = RawValue.Document(writer.ToDocument());
        return always || entry.Length < after.Length ? entry : after;
    }

    private static RawValue? Documents(RawValue before, RawValue after)
    {
        if (HasRepeatedNames(before) || HasRepeatedNames(after)) return null;
        RawWriter deleted = new(), updated = new(), inserted = new();
        var nested = new List<(string, RawValue)>();
        var old = before.Elements.GetEnumerator();
        var any = old.MoveNext();
        var gone = new OrderedDictionary<string, bool>();
        foreach (var element in after.Elements)
        {
            // An old field that is not next in the new document counts as deleted; if it comes later, it is added again at the end.
            if (!before[element.NameBytes].IsMissing && !gone.ContainsKey(element.Name))
            {
                while (any && !old.Current.NameBytes.SequenceEqual(element.NameBytes))
                {
                    gone.Add(old.Current.Name, true);
                    any = old.MoveNext();
                }
            }
            if (!any || gone.ContainsKey(element.Name) || !old.Current.NameBytes.SequenceEqual(element.NameBytes))
            {
                // Everything old that remains would stand before this one, so it must go as well.
                while (any)
                {
                    gone.TryAdd(old.Current.Name, true);
                    any = old.MoveNext();
                }
                inserted.Append(element);
                gone.Remove(element.Name);
                continue;
            }
            if (!Change(old.Current.Value, element, updated, nested)) return null;
            any = old.MoveNext();
        }
        for (; any; any = old.MoveNext()) gone.TryAdd(old.Current.Name, true);
        foreach (var name in gone.Keys) deleted.Append(name, false);
        return Assemble(deleted, updated, inserted, nested);
    }

    private static bool Change(RawValue old, RawElement element, RawWriter updated, List<(string, RawValue)> nested)
    {
        var value = element.Value;
        if (IsSame(old, value)) return true;
        if (!old.IsContainer || old.Type != value.Type)
        {
            updated.Append(element);
            return true;
        }
        if ((value.IsDocument ? Documents(old, value) : Arrays(old, value)) is not { } diff) return false;
        if (diff.Length < value.Length) nested.Add((element.Name, diff));
        else updated.Append(element);
        return true;
    }

    private static RawValue? Arrays(RawValue before, RawValue after)
    {
        var writer = new RawWriter().Append("a", true);
        List<RawValue> old = [.. Items(before)], now = [.. Items(after)];
        if (now.Count < old.Count) writer.Append("l", now.Count);
        for (var i = 0; i < now.Count; i++)
        {
            if (i < old.Count && IsSame(old[i], now[i])) continue;
            var index = i.ToString(CultureInfo.InvariantCulture);
            var diff = (RawValue?)null;
            if (i < old.Count && now[i].IsContainer && old[i].Type == now[i].Type)
            {
                diff = now[i].IsDocument ? Documents(old[i], now[i]) : Arrays(old[i], now[i]);
                if (diff is null) return null;
            }
            if (diff?.Length < now[i].Length) writer.Append("s" + index, diff.Value);
            else writer.Append("u" + index, now[i]);
        }
        return RawValue.Document(writer.ToDocument());
    }

    private static RawValue Assemble(RawWriter deleted, RawWriter updated, RawWriter inserted, List<(string Name, RawValue Diff)> nested)
    {
        var writer = new RawWriter();
        foreach (var (name, part) in new[] { ("d", deleted), ("u", updated), ("i", inserted) })
        {
            var fields = RawValue.Document(part.ToDocument());
            if (fields.Length > 5) writer.Append(name, fields);
        }
        foreach (var (name, diff) in nested) writer.Append(Encoding.UTF8.GetBytes("s" + name), diff);
        return RawValue.Document(writer.ToDocument());
    }

    private static IEnumerable<RawValue> Items(RawValue array)
    {
        foreach (var element in array.Elements) yield return element.Value;
    }

    private static bool IsSame(RawValue x, RawValue y) => x.Type == y.Type && x.Span.SequenceEqual(y.Span);

    private static bool HasRepeatedNames(RawValue document)
    {
        var names = new HashSet<string>();
        foreach (var element in document.Elements)
        {
            if (!names.Add(element.Name)) return true;
        }
        return false;
    }
}
