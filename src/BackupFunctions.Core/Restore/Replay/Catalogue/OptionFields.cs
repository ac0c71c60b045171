using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>The fields of raw options, changed in place: what stays keeps its bytes and its order.</summary>
internal sealed class OptionFields
{
    private readonly List<(string Name, byte[] Whole)> _fields = [];

    /// <summary>Begins with those of a document.</summary>
    public OptionFields(ReadOnlySpan<byte> document)
    {
        foreach (var field in new RawElements(document)) _fields.Add((RawOutput.Key(field.Name), field.Whole.ToArray()));
    }

    /// <summary>Whether there are any.</summary>
    public bool IsEmpty => _fields.Count == 0;

    /// <summary>Gives a field its value, where it stands or at the end.</summary>
    public void Set(RawElement field, string? name = null)
    {
        name ??= RawOutput.Key(field.Name);
        byte[] whole = [field.Whole[0], .. System.Text.Encoding.Latin1.GetBytes(name), 0, .. field.Value];
        var at = _fields.FindIndex(f => f.Name == name);
        if (at < 0) _fields.Add((name, whole));
        else _fields[at] = (name, whole);
    }

    /// <summary>Leaves a field out.</summary>
    public void Remove(ReadOnlySpan<byte> name)
    {
        var key = RawOutput.Key(name);
        _fields.RemoveAll(f => f.Name == key);
    }

    /// <summary>The document.</summary>
    public RawBsonDocument ToDocument()
    {
        using var builder = new RawBsonBuilder();
        foreach (var (_, whole) in _fields) builder.Element(whole);
        return builder.ToDocument();
    }
}
