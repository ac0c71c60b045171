using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Applies the modifiers that older servers log, <c>$set</c> and <c>$unset</c> with dotted paths, to a raw document. As in the server's own replay, a
/// path that leads through a value which is neither document nor array changes nothing: a later operation has replaced that value. Fields
/// that are new are added in the order of their names, numbers among them by value.
/// </summary>
internal sealed class UpdateModifiers
{
    private readonly SortedDictionary<string, UpdateModifiers> _children = new(NameOrder.Instance);
    private ReadOnlyMemory<byte> _value;
    private BsonType _type;
    private bool _sets, _unsets;

    /// <summary>Reads <c>{$v: 1, $set: {...}, $unset: {...}}</c>; any other operator is <see cref="ErrorKind.Corrupt"/>.</summary>
    public static UpdateModifiers Read(ReadOnlyMemory<byte> update)
    {
        var root = new UpdateModifiers();
        foreach (var part in new RawElements(update.Span))
        {
            if (part.Name.SequenceEqual("$v"u8))
            {
                if (RawOutput.Integer(part) != 1) throw BackupException.Corrupt($"apply update of the oplog: version {RawOutput.Integer(part)} is unknown");
                continue;
            }
            var sets = part.Name.SequenceEqual("$set"u8);
            if ((!sets && !part.Name.SequenceEqual("$unset"u8)) || part.Type != BsonType.Document)
                throw BackupException.Corrupt($"apply update of the oplog: modifier '{part.NameText}' is unknown");
            foreach (var field in new RawElements(part.Value)) root.Add(update, field, sets);
        }
        return root;
    }

    /// <summary>The document after the change.</summary>
    public byte[] Apply(ReadOnlySpan<byte> before)
    {
        using var output = new BsonOutput(before.Length + 256);
        output.Open();
        ApplyToDocument(before, output);
        output.Close();
        return output.Written.ToArray();
    }

    private void Add(ReadOnlyMemory<byte> update, RawElement field, bool sets)
    {
        var node = this;
        foreach (var name in RawOutput.Key(field.Name).Split('.'))
        {
            if (!node._children.TryGetValue(name, out var child)) node._children.Add(name, child = new UpdateModifiers());
            node = child;
        }
        update.Span.Overlaps(field.Value, out var start);
        (node._sets, node._unsets, node._type) = (sets, !sets, field.Type);
        node._value = field.Value.IsEmpty ? default : update.Slice(start, field.Value.Length);
    }

    private bool MakesSomething => _sets || _children.Values.Any(c => c.MakesSomething);

    private void ApplyToDocument(ReadOnlySpan<byte> before, BsonOutput output)
    {
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in new RawElements(before))
        {
            var name = RawOutput.Key(field.Name);
            if (!_children.TryGetValue(name, out var child) || !met.Add(name)) output.Bytes(field.Whole);
            else if (!child._unsets) child.Change(field.Type, field.Value, field.Name, output);
        }
        foreach (var (name, child) in _children)
        {
            if (!met.Contains(name)) child.Make(System.Text.Encoding.Latin1.GetBytes(name), output);
        }
    }

    private void ApplyToArray(ReadOnlySpan<byte> before, BsonOutput output)
    {
        Span<byte> buffer = stackalloc byte[RawOutput.LongestIndex];
        var count = 0;
        foreach (var item in new RawElements(before))
        {
            var name = RawOutput.Index(count++, buffer);
            if (!_children.TryGetValue(RawOutput.Key(name), out var child)) output.Element(item.Type, name, item.Value);
            else if (child._unsets) output.Name(BsonType.Null, name); // an item's place stays
            else child.Change(item.Type, item.Value, name, output);
        }
        foreach (var (key, child) in _children)
        {
            if (!NameOrder.IsIndex(key, out var index) || index < count || !child.MakesSomething) continue;
            if (index > RawOutput.MaxItems) throw BackupException.Corrupt($"apply update of the oplog: item {index} of an array is impossible");
            while (count < index) output.Name(BsonType.Null, RawOutput.Index(count++, buffer));
            child.Make(RawOutput.Index(count++, buffer), output);
        }
    }

    private void Change(BsonType type, ReadOnlySpan<byte> value, ReadOnlySpan<byte> name, BsonOutput output)
    {
        if (_sets)
        {
            output.Element(_type, name, _value.Span);
            return;
        }
        if (type is not (BsonType.Document or BsonType.Array))
        {
            output.Element(type, name, value);
            return;
        }
        output.Name(type, name);
        output.Open();
        if (type == BsonType.Array) ApplyToArray(value, output);
        else ApplyToDocument(value, output);
        output.Close();
    }

    private void Make(ReadOnlySpan<byte> name, BsonOutput output)
    {
        if (!MakesSomething) return;
        if (_sets)
        {
            output.Element(_type, name, _value.Span);
            return;
        }
        output.Name(BsonType.Document, name);
        output.Open();
        foreach (var (child, node) in _children) node.Make(System.Text.Encoding.Latin1.GetBytes(child), output);
        output.Close();
    }

    // numbers by value, everything else by bytes
    private sealed class NameOrder : IComparer<string>
    {
        public static readonly NameOrder Instance = new();

        public static bool IsIndex(string name, out long index)
        {
            index = 0;
            return name is not ['0', _, ..] && name.Length is > 0 and <= RawOutput.LongestIndex && name.All(char.IsAsciiDigit)
                && long.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out index);
        }

        public int Compare(string? x, string? y) =>
            IsIndex(x!, out var left) && IsIndex(y!, out var right) ? left.CompareTo(right) : string.CompareOrdinal(x, y);
    }
}
