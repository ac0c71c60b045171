using System.Globalization;
using System.Text;
using BackupFunctions.Embedded.Commands;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// The keys of a document in an index: one, or one for each element of an array on the indexed paths. Two arrays side by side give
/// error 171 (CannotIndexParallelArrays).
/// </summary>
internal static class IndexKeys
{
    /// <summary>The distinct keys; empty when a sparse index leaves the document out.</summary>
    public static List<RawValue[]> Of(IndexDefinition index, RawValue document, out bool multikey)
    {
        var keys = new List<RawValue[]>();
        var values = new RawValue[index.Fields.Length];
        var rest = new ArraySegment<byte[]>?[values.Length];
        for (var i = 0; i < values.Length; i++) rest[i] = index.Fields[i].Path;
        multikey = Expand(index, document, values, rest, keys);
        return multikey ? Distinct(keys) : keys;
    }

    private static bool Expand(IndexDefinition index, RawValue at, RawValue[] values, ArraySegment<byte[]>?[] rest, List<RawValue[]> keys)
    {
        var array = default(RawValue);
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is not { } path) continue;
            var found = Walk(at, ref path);
            rest[i] = path;
            if (!found.IsArray)
            {
                values[i] = found;
                rest[i] = null;
            }
            else if (array.IsMissing)
            {
                array = found;
            }
            else if (array.Buffer != found.Buffer || array.Offset != found.Offset)
            {
                throw new CommandException(171, "CannotIndexParallelArrays", $"cannot index parallel arrays of index {index.Name}");
            }
        }
        if (array.IsMissing)
        {
            Add(index, values, keys);
            return false;
        }
        ExpandArray(index, array, values, rest, keys);
        return true;
    }

    private static void ExpandArray(IndexDefinition index, RawValue array, RawValue[] values, ArraySegment<byte[]>?[] rest, List<RawValue[]> keys)
    {
        var position = 0;
        foreach (var element in array.Elements)
        {
            ExpandElement(index, array, element.Value, values, rest, keys);
            position++;
        }
        if (position > 0) return;
        var empty = (RawValue[])values.Clone();
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is { } path) empty[i] = path.Count == 0 ? RawValue.Undefined : default;
        }
        Add(index, empty, keys);
    }

    private static void ExpandElement(
        IndexDefinition index, RawValue array, RawValue element, RawValue[] values, ArraySegment<byte[]>?[] rest, List<RawValue[]> keys)
    {
        var (elementValues, elementRest) = ((RawValue[])values.Clone(), (ArraySegment<byte[]>?[])rest.Clone());
        var nested = false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is not { } path) continue;
            if (path.Count > 0 && IsPosition(path[0]))
            {
                // "a.0" on an array means its element, not a field of each.
                var below = path[1..];
                var item = array[path[0]];
                elementValues[i] = below.Count == 0 ? item : Walk(item, ref below);
                elementRest[i] = null;
            }
            else if (path.Count == 0)
            {
                elementValues[i] = element;
                elementRest[i] = null;
            }
            else if (!element.IsDocument)
            {
                elementValues[i] = default;
                elementRest[i] = null;
            }
            else
            {
                nested = true;
            }
        }
        if (nested) Expand(index, element, elementValues, elementRest, keys);
        else Add(index, elementValues, keys);
    }

    /// <summary>Follows the path to its end, to the first array, or to nothing; what is left of the path stays in it.</summary>
    private static RawValue Walk(RawValue at, ref ArraySegment<byte[]> path)
    {
        while (path.Count > 0)
        {
            if (at.IsArray) return at;
            at = at.IsDocument ? at[path[0]] : default;
            if (at.IsMissing) return default;
            path = path[1..];
        }
        return at;
    }

    private static void Add(IndexDefinition index, RawValue[] values, List<RawValue[]> keys)
    {
        if (index.Sparse && values.All(v => v.IsMissing)) return;
        var key = new RawValue[values.Length];
        for (var i = 0; i < key.Length; i++) key[i] = values[i].IsMissing ? RawValue.Null : values[i];
        keys.Add(key);
    }

    private static List<RawValue[]> Distinct(List<RawValue[]> keys)
    {
        keys.Sort(Compare);
        var kept = new List<RawValue[]>(keys.Count);
        foreach (var key in keys)
        {
            if (kept.Count == 0 || Compare(kept[^1], key) != 0) kept.Add(key);
        }
        return kept;
    }

    private static int Compare(RawValue[] x, RawValue[] y)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var order = BsonOrder.Compare(x[i], y[i]);
            if (order != 0) return order;
        }
        return 0;
    }

    private static bool IsPosition(byte[] name) =>
        int.TryParse(Encoding.UTF8.GetString(name), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
