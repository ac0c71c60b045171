using System.Globalization;
using System.Text;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// Applies the delta of a <c>$v: 2</c> update to a raw document, as the server's document_diff_applier does. Sections of a document's delta: <c>d</c>
/// deletes fields, <c>u</c> gives them a value in place (or at the end when they are absent), <c>i</c> puts them at the end even when they are
/// there, <c>b</c> writes into binary values, <c>sNAME</c> is the delta of a nested document or array. <c>b</c> has <c>{o, d}</c> for each field: from
/// offset o on, the value consists of the bytes d, and its subtype stays; a value that ends before o is one of a later state and stays as it is. An array's delta begins with <c>a: true</c>; <c>l</c> is the new length,
/// <c>uN</c> a new item, <c>sN</c> the delta of one. A delta may meet a document that later operations have already changed: a nested delta
/// for a value of another type leaves null, which one of those operations overwrites.
/// </summary>
internal static class DocumentDiff
{
    private enum ChangeKind
    {
        Delete,
        Update,
        Insert,
        Binary,
        Nested,
    }

    // where the new element, or the nested delta, lies within the delta
    private readonly record struct Change(ChangeKind Kind, int Start, int Length);

    private readonly record struct ItemChange(int Index, bool Nested, BsonType Type, int Start, int Length);

    /// <summary>The document after the change.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> before, ReadOnlySpan<byte> diff)
    {
        using var output = new BsonOutput(before.Length + diff.Length);
        output.Open();
        ApplyToDocument(before, diff, output);
        output.Close();
        return output.Written.ToArray();
    }

    private static void ApplyToDocument(ReadOnlySpan<byte> before, ReadOnlySpan<byte> diff, BsonOutput output)
    {
        var changes = new Dictionary<string, Change>(StringComparer.Ordinal);
        var added = new List<(string Name, Change Change)>();
        Read(diff, changes, added);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in new RawElements(before))
        {
            var name = RawOutput.Key(field.Name);
            if (!changes.TryGetValue(name, out var change))
            {
                output.Bytes(field.Whole);
            }
            else if (change.Kind == ChangeKind.Update)
            {
                output.Bytes(diff.Slice(change.Start, change.Length));
                written.Add(name);
            }
            else if (change.Kind == ChangeKind.Binary)
            {
                ApplyBinary(field, diff.Slice(change.Start, change.Length), output);
            }
            else if (change.Kind == ChangeKind.Nested)
            {
                ApplyNested(field.Type, field.Value, field.Name, diff.Slice(change.Start, change.Length), output);
            }
        }
        foreach (var (name, change) in added)
        {
            if (!written.Contains(name)) output.Bytes(diff.Slice(change.Start, change.Length));
        }
    }

    private static void Read(ReadOnlySpan<byte> diff, Dictionary<string, Change> changes, List<(string Name, Change Change)> added)
    {
        foreach (var section in new RawElements(diff))
        {
            var kind = section.Name switch
            {
                [(byte)'d'] => ChangeKind.Delete,
                [(byte)'u'] => ChangeKind.Update,
                [(byte)'i'] => ChangeKind.Insert,
                [(byte)'b'] => ChangeKind.Binary,
                [(byte)'s', ..] => ChangeKind.Nested,
                _ => throw Unreadable($"section '{section.NameText}' is unknown"),
            };
            if (section.Type != BsonType.Document) throw Unreadable($"section '{section.NameText}' is no document");
            if (kind == ChangeKind.Nested)
            {
                Add(changes, section.Name[1..], At(diff, section.Value, kind));
                continue;
            }
            foreach (var field in new RawElements(section.Value))
            {
                if (kind == ChangeKind.Binary && field.Type != BsonType.Document) throw Unreadable($"the change of the binary '{field.NameText}' is no document");
                var change = At(diff, kind == ChangeKind.Binary ? field.Value : field.Whole, kind);
                var name = Add(changes, field.Name, change);
                if (kind is ChangeKind.Update or ChangeKind.Insert) added.Add((name, change));
            }
        }
    }

    private static string Add(Dictionary<string, Change> changes, ReadOnlySpan<byte> name, Change change)
    {
        var key = RawOutput.Key(name);
        return changes.TryAdd(key, change) ? key : throw Unreadable($"field '{Encoding.UTF8.GetString(name)}' is changed twice");
    }

    private static Change At(ReadOnlySpan<byte> diff, ReadOnlySpan<byte> part, ChangeKind kind)
    {
        diff.Overlaps(part, out var start);
        return new(kind, start, part.Length);
    }

    private static void ApplyNested(BsonType type, ReadOnlySpan<byte> value, ReadOnlySpan<byte> name, ReadOnlySpan<byte> diff, BsonOutput output)
    {
        var wanted = IsOfArray(diff) ? BsonType.Array : BsonType.Document;
        if (type != wanted)
        {
            output.Name(BsonType.Null, name);
            return;
        }
        output.Name(type, name);
        output.Open();
        if (type == BsonType.Array) ApplyToArray(value, diff, output);
        else ApplyToDocument(value, diff, output);
        output.Close();
    }

    // a binary value: its length in four bytes, its subtype, its bytes
    private static void ApplyBinary(RawElement field, ReadOnlySpan<byte> change, BsonOutput output)
    {
        const int Header = 5;
        var unread = new RawElements(change);
        if (!unread.MoveNext() || !unread.Name.SequenceEqual("o"u8) || RawOutput.Integer(unread.Current) is not (>= 0 and { } offset)
            || !unread.MoveNext() || !unread.Name.SequenceEqual("d"u8) || unread.Current.Type != BsonType.Binary || unread.Current.Value[4] != 0)
            throw Unreadable($"the change of the binary '{field.NameText}' has no offset, or no data");
        var data = unread.Current.Value[Header..];
        if (unread.MoveNext()) throw Unreadable($"the change of the binary '{field.NameText}' has an unknown part '{unread.Current.NameText}'");
        if (field.Type != BsonType.Binary || offset > field.Value.Length - Header)
        {
            output.Bytes(field.Whole);
            return;
        }
        output.Name(BsonType.Binary, field.Name);
        output.Int32((int)offset + data.Length);
        output.Byte(field.Value[4]);
        output.Bytes(field.Value.Slice(Header, (int)offset));
        output.Bytes(data);
    }

    private static bool IsOfArray(ReadOnlySpan<byte> diff)
    {
        var sections = new RawElements(diff);
        return sections.MoveNext() && sections.Name.SequenceEqual("a"u8) && sections.Current.Type == BsonType.Boolean;
    }

    private static void ApplyToArray(ReadOnlySpan<byte> before, ReadOnlySpan<byte> diff, BsonOutput output)
    {
        var changes = ReadItems(diff, out var length);
        var (index, next) = (0, 0);
        Span<byte> name = stackalloc byte[RawOutput.LongestIndex];
        foreach (var item in new RawElements(before))
        {
            if (index >= length) break;
            var itemName = RawOutput.Index(index, name);
            if (next < changes.Count && changes[next].Index == index) ApplyToItem(changes[next++], item.Type, item.Value, itemName, diff, output);
            else output.Element(item.Type, itemName, item.Value);
            index++;
        }
        // the array was shorter than the delta takes for granted: later operations fill in what is null here
        for (; (length is { } wanted && index < wanted) || next < changes.Count; index++)
        {
            var itemName = RawOutput.Index(index, name);
            if (next < changes.Count && changes[next].Index == index) ApplyToItem(changes[next++], BsonType.EndOfDocument, default, itemName, diff, output);
            else output.Name(BsonType.Null, itemName);
        }
    }

    private static void ApplyToItem(
        ItemChange change, BsonType type, ReadOnlySpan<byte> value, ReadOnlySpan<byte> name, ReadOnlySpan<byte> diff, BsonOutput output)
    {
        var changed = diff.Slice(change.Start, change.Length);
        if (change.Nested) ApplyNested(type, value, name, changed, output);
        else output.Element(change.Type, name, changed);
    }

    private static List<ItemChange> ReadItems(ReadOnlySpan<byte> diff, out int? length)
    {
        var changes = new List<ItemChange>();
        length = null;
        foreach (var section in new RawElements(diff))
        {
            if (section.Name.SequenceEqual("a"u8)) continue;
            if (section.Name.SequenceEqual("l"u8))
            {
                length = RawOutput.Integer(section) is >= 0 and <= RawOutput.MaxItems and { } items ? (int)items : throw Unreadable("an array gets an impossible length");
                continue;
            }
            var kind = section.Name is [var first, ..] ? first : (byte)0;
            if (kind is not ((byte)'u' or (byte)'s') || !int.TryParse(section.Name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                throw Unreadable($"section '{section.NameText}' of an array is unknown");
            if (index > RawOutput.MaxItems || (changes.Count > 0 && index <= changes[^1].Index)) throw Unreadable($"item {index} of an array is out of order");
            if (kind == 's' && section.Type != BsonType.Document) throw Unreadable($"section '{section.NameText}' is no document");
            diff.Overlaps(section.Value, out var start);
            changes.Add(new(index, kind == 's', section.Type, section.Value.IsEmpty ? 0 : start, section.Value.Length));
        }
        if (length is { } limit && changes.Count > 0 && changes[^1].Index >= limit) throw Unreadable($"item {changes[^1].Index} lies behind the new end of an array");
        return changes;
    }

    private static BackupException Unreadable(string why) => BackupException.Corrupt($"apply update of the oplog: {why}");
}
