using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Update;

/// <summary>Updates as the oplog has them: a replacement, modifiers with or without <c>$v: 1</c>, or a delta with <c>$v: 2</c>.</summary>
internal static class LoggedUpdate
{
    public static DocumentUpdate Parse(RawValue o)
    {
        var version = o["$v"u8];
        // a replacement brings its _id, and may have any other field
        if (!o["_id"u8].IsMissing) return new ReplacementUpdate(o, keepEmptyTimestamps: true);
        return version.IsMissing ? Classic(o) : Values.Long(version) switch
        {
            1 => Classic(Without(o)),
            2 when o["diff"u8] is { IsDocument: true } diff => new DeltaUpdate(diff),
            _ => throw new CommandException(4772600, "Location4772600", $"Expected _id field or $v field missing or $v:1/$v:2: {o}"),
        };
    }

    private static DocumentUpdate Classic(RawValue o) =>
        UpdateParser.Parse(o, keepEmptyTimestamps: true) is ModifierUpdate modifiers ? modifiers.Tolerant() : new ReplacementUpdate(o, keepEmptyTimestamps: true);

    private static RawValue Without(RawValue o)
    {
        var writer = new RawWriter(o.Length);
        foreach (var element in o.Elements)
        {
            if (!element.NameBytes.SequenceEqual("$v"u8)) writer.Append(element);
        }
        return RawValue.Document(writer.ToDocument());
    }
}

/// <summary>A delta.</summary>
internal sealed class DeltaUpdate(RawValue diff) : DocumentUpdate
{
    protected override RawValue Change(RawValue old, UpdateContext context) => DiffApplier.Apply(old, diff);
}
