using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary><c>$set</c>, and <c>$setOnInsert</c> when it is for inserts only.</summary>
internal sealed class SetModification(byte[][] path, RawValue value, bool onInsertOnly) : Modification(path)
{
    public override void Apply(UpdateNode root, UpdateContext context)
    {
        if (!onInsertOnly || context.Inserting) root.Set(Path, value);
    }
}

/// <summary><c>$unset</c>.</summary>
internal sealed class UnsetModification(byte[][] path) : Modification(path)
{
    public override void Apply(UpdateNode root, UpdateContext context) => root.Unset(Path);
}

/// <summary><c>$rename</c>: takes the value from one path and sets it at another.</summary>
internal sealed class RenameModification(byte[][] path, byte[][] target) : Modification(path)
{
    public override byte[][] OtherPath => target;

    public override void Apply(UpdateNode root, UpdateContext context)
    {
        var value = root.Get(Path);
        if (value.IsMissing) return;
        root.Unset(Path);
        root.Unset(target);
        root.Set(target, value);
    }
}

/// <summary><c>$currentDate</c>.</summary>
internal sealed class CurrentDateModification(byte[][] path, bool timestamp) : Modification(path)
{
    public static CurrentDateModification Parse(byte[][] path, RawValue operand)
    {
        if (operand.Type == BsonType.Boolean) return new(path, timestamp: false);
        var type = operand.IsDocument && operand["$type"u8] is { Type: BsonType.String } given ? given.Text : "";
        return type is "date" or "timestamp" ? new(path, type == "timestamp")
            : throw new CommandException(2, "BadValue", "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}");
    }

    public override void Apply(UpdateNode root, UpdateContext context) =>
        root.Set(Path, timestamp ? RawValue.From(context.Unit.Clock.Next()) : RawValue.From(new BsonDateTime(context.Unit.Clock.Now)));
}
