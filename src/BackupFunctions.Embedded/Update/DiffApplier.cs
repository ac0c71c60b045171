using System.Buffers.Binary;
using System.Globalization;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary>
/// Applies the oplog's delta form of an update (see <see cref="UpdateDiff"/>). A replay may meet a document that is newer than the delta, so what
/// does not fit is left as it is: a nested delta over a value of another type changes nothing, and fields that are not there are added at the end.
/// </summary>
internal static class DiffApplier
{
    /// <summary>The document with the delta applied; error 4770500 for a delta that is none.</summary>
    public static RawValue Apply(RawValue document, RawValue diff)
    {
        var (deleted, updated, inserted, binary, nested) = Parts(diff);
        var writer = new RawWriter(document.Length + diff.Length);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in document.Elements)
        {
            var name = element.Name;
            if (deleted.Contains(name) || inserted.ContainsKey(name)) continue;
            if (updated.TryGetValue(name, out var value))
            {
                writer.Append(element.NameBytes, value);
                done.Add(name);
            }
            else if (binary.TryGetValue(name, out var bytes))
            {
                writer.Append(element.NameBytes, Binary(element.Value, bytes));
            }
            else if (nested.TryGetValue(name, out var change))
            {
                writer.Append(element.NameBytes, Nested(element.Value, change));
            }
            else
            {
                writer.Append(element);
            }
        }
        foreach (var (name, value) in updated.Concat(inserted))
        {
            if (!done.Contains(name)) writer.Append(name, value);
        }
        return RawValue.Document(writer.ToDocument());
    }

    /// <summary>The bytes <c>d</c> from offset <c>o</c> on; a value that ends before is one of a later state.</summary>
    private static RawValue Binary(RawValue value, RawValue change)
    {
        const int Header = 5;
        if (Values.Long(change["o"u8]) is not { } offset || offset < 0 || change["d"u8] is not { Type: BsonType.Binary } data) throw Invalid("a binary change has no 'o' or no 'd'");
        if (value.Type != BsonType.Binary || offset > value.Length - Header) return value;
        var bytes = new byte[Header + offset + data.Length - Header];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - Header);
        bytes[4] = value.Span[4];
        value.Span.Slice(Header, (int)offset).CopyTo(bytes.AsSpan(Header));
        data.Span[Header..].CopyTo(bytes.AsSpan(Header + (int)offset));
        return new(BsonType.Binary, bytes, 0, bytes.Length);
    }

    private static RawValue Nested(RawValue value, RawValue diff)
    {
        if (IsOfArray(diff)) return value.IsArray ? Array(value, diff) : value;
        return value.IsDocument ? Apply(value, diff) : value;
    }

    private static RawValue Array(RawValue array, RawValue diff)
    {
        var (length, changes) = (int.MaxValue, new SortedDictionary<int, (bool Nested, RawValue Value)>());
        foreach (var element in diff.Elements)
        {
            if (element.NameBytes.SequenceEqual("a"u8)) continue;
            if (element.NameBytes.SequenceEqual("l"u8)) length = (int)(Values.Long(element.Value) ?? throw Invalid("the length of an array is no number"));
            else changes[Index(element.Name)] = (element.Name[0] == 's', element.Value);
        }
        var items = new List<RawValue>();
        foreach (var element in array.Elements)
        {
            if (items.Count >= length) break;
            items.Add(changes.Remove(items.Count, out var change) ? change.Nested ? Nested(element.Value, change.Value) : change.Value : element.Value);
        }
        // what the array is too short for: values in their places, null in the others and for nested deltas
        foreach (var (index, (isNested, value)) in changes)
        {
            while (items.Count < index) items.Add(RawValue.Null);
            items.Add(isNested ? RawValue.Null : value);
        }
        while (length != int.MaxValue && items.Count < length) items.Add(RawValue.Null);
        return RawWriter.Array(items);
    }

    private static (HashSet<string> Deleted, OrderedDictionary<string, RawValue> Updated, OrderedDictionary<string, RawValue> Inserted, Dictionary<string, RawValue> Binary, Dictionary<string, RawValue> Nested) Parts(RawValue diff)
    {
        var deleted = new HashSet<string>(StringComparer.Ordinal);
        OrderedDictionary<string, RawValue> updated = new(StringComparer.Ordinal), inserted = new(StringComparer.Ordinal);
        Dictionary<string, RawValue> binary = new(StringComparer.Ordinal), nested = new(StringComparer.Ordinal);
        foreach (var part in diff.Elements)
        {
            if (!part.Value.IsDocument) throw Invalid($"'{part.Name}' is no document");
            switch (part.Name)
            {
                case "d":
                    foreach (var field in part.Value.Elements) deleted.Add(field.Name);
                    break;
                case "u":
                    foreach (var field in part.Value.Elements) updated[field.Name] = field.Value;
                    break;
                case "i":
                    foreach (var field in part.Value.Elements) inserted[field.Name] = field.Value;
                    break;
                case "b":
                    foreach (var field in part.Value.Elements) binary[field.Name] = field.Value;
                    break;
                case { Length: > 0 } name when name[0] == 's':
                    nested[name[1..]] = part.Value;
                    break;
                default:
                    throw Invalid($"'{part.Name}' is unknown");
            }
        }
        return (deleted, updated, inserted, binary, nested);
    }

    private static bool IsOfArray(RawValue diff)
    {
        foreach (var element in diff.Elements) return element.NameBytes.SequenceEqual("a"u8) && element.Value.Type == BsonType.Boolean;
        return false;
    }

    private static int Index(string name) =>
        name.Length > 1 && name[0] is 'u' or 's' && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw Invalid($"'{name}' names no item of an array");

    private static Commands.CommandException Invalid(string message) => new(4770500, "Location4770500", $"apply delta: {message}");
}
