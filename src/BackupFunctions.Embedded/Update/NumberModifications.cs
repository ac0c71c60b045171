using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary><c>$inc</c> and <c>$mul</c>: error 14 for what is no number, 2 when an int64 overflows.</summary>
internal sealed class ArithmeticModification(byte[][] path, RawValue operand, bool multiply) : Modification(path)
{
    public static ArithmeticModification Parse(byte[][] path, RawValue operand, bool multiply) => operand.IsNumber
        ? new(path, operand, multiply)
        : throw new CommandException(14, "TypeMismatch", $"Cannot {(multiply ? "multiply" : "increment")} with non-numeric argument: {operand}");

    public override void Apply(UpdateNode root, UpdateContext context)
    {
        var current = root.Get(Path);
        var name = multiply ? "$mul" : "$inc";
        if (current.IsMissing)
        {
            root.Set(Path, multiply ? Arithmetic.Multiply(operand, RawValue.From(0)) : operand);
            return;
        }
        if (!current.IsNumber)
        {
            throw new CommandException(14, "TypeMismatch", $"Cannot apply {name} to a value of non-numeric type. The field '{Name}' is of type {TypeNames.Of(current)}");
        }
        var result = multiply ? Arithmetic.Multiply(current, operand) : Arithmetic.Add(current, operand);
        var whole = current.Type is BsonType.Int32 or BsonType.Int64 && operand.Type is BsonType.Int32 or BsonType.Int64;
        if (whole && result.Type == BsonType.Double)
        {
            throw new CommandException(2, "BadValue", $"Failed to apply {name} operations to current value of '{Name}': the int64 result overflows");
        }
        root.Set(Path, result);
    }
}

/// <summary><c>$min</c> and <c>$max</c>: by the order over all types.</summary>
internal sealed class ExtremeModification(byte[][] path, RawValue operand, bool greatest) : Modification(path)
{
    public override void Apply(UpdateNode root, UpdateContext context)
    {
        var current = root.Get(Path);
        var order = current.IsMissing ? 0 : BsonOrder.Compare(operand, current);
        if (current.IsMissing || (greatest ? order > 0 : order < 0)) root.Set(Path, operand);
    }
}
