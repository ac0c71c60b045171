using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>The <c>o</c> of an update in the oplog: a replacement, modifiers, or a delta.</summary>
internal static class LoggedUpdate
{
    /// <summary>Whether it is the whole new document.</summary>
    public static bool IsReplacement(ReadOnlySpan<byte> update) =>
        new RawElements(update) is var fields && (!fields.MoveNext() || !fields.Name.StartsWith("$"u8));

    /// <summary>
    /// The document after the update. A replacement without an <c>_id</c> keeps that of <paramref name="id"/>, the document <c>{_id: v}</c>.
    /// </summary>
    public static ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> update, ReadOnlySpan<byte> id)
    {
        if (IsReplacement(update.Span)) return Replacement(update, id);
        if (!RawBson.TryFind(update.Span, "$v"u8, out var version) || RawOutput.Integer(version) != 2) return UpdateModifiers.Read(update).Apply(before.Span);
        if (!RawBson.TryFind(update.Span, "diff"u8, out var diff) || diff.Type != BsonType.Document)
            throw BackupException.Corrupt("apply update of the oplog: it has version 2 and no diff");
        return DocumentDiff.Apply(before.Span, diff.Value);
    }

    private static ReadOnlyMemory<byte> Replacement(ReadOnlyMemory<byte> update, ReadOnlySpan<byte> id)
    {
        if (RawBson.TryFind(update.Span, "_id"u8, out _)) return RawBson.WithIdFirst(update);
        using var builder = new RawBsonBuilder(update.Length + id.Length);
        foreach (var field in new RawElements(id)) builder.Element(field.Whole);
        foreach (var field in new RawElements(update.Span)) builder.Element(field.Whole);
        return builder.ToArray();
    }
}
