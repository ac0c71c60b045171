using System.Globalization;
using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary>Reads an update: modifiers, a replacement, or a pipeline. What is not known gives error 9 (FailedToParse).</summary>
internal static class UpdateParser
{
    public static DocumentUpdate Parse(RawValue update, bool keepEmptyTimestamps)
    {
        if (update.IsArray) return new PipelineUpdate(PipelineParser.ParseUpdate(update));
        if (!update.IsDocument) throw Failed("Update argument must be either an object or an array");
        var (modifiers, first) = (false, true);
        foreach (var element in update.Elements)
        {
            var dollar = element.NameBytes.StartsWith("$"u8);
            if (first) (modifiers, first) = (dollar, false);
            if (dollar == modifiers) continue;
            throw modifiers ? Failed($"Unknown modifier: {element.Name}. Expected a valid update modifier or pipeline-style update specified as an array")
                : new CommandException(52, "DollarPrefixedFieldName", $"The dollar ($) prefixed field '{element.Name}' in '{element.Name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.");
        }
        return modifiers ? new ModifierUpdate(Modifiers(update)) : new ReplacementUpdate(update, keepEmptyTimestamps);
    }

    private static List<Modification> Modifiers(RawValue update)
    {
        var modifications = new List<Modification>();
        foreach (var modifier in update.Elements)
        {
            if (!modifier.Value.IsDocument)
            {
                throw Failed($"Modifiers operate on fields but we found type {TypeNames.Of(modifier.Value)} instead. For example: {{$mod: {{<field>: ...}}}} not {{{modifier.Name}: {modifier.Value}}}");
            }
            foreach (var element in modifier.Value.Elements) modifications.Add(Modifier(modifier.Name, element.Name, element.Value));
        }
        CheckConflicts(modifications);
        // The server works through the paths in their order and not in that of the update.
        modifications.Sort((x, y) => ComparePaths(x.Path, y.Path));
        return modifications;
    }

    private static Modification Modifier(string name, string field, RawValue operand)
    {
        var path = Path(field);
        return name switch
        {
            "$set" => new SetModification(path, operand, onInsertOnly: false),
            "$setOnInsert" => new SetModification(path, operand, onInsertOnly: true),
            "$unset" => new UnsetModification(path),
            "$inc" => ArithmeticModification.Parse(path, operand, multiply: false),
            "$mul" => ArithmeticModification.Parse(path, operand, multiply: true),
            "$min" => new ExtremeModification(path, operand, greatest: false),
            "$max" => new ExtremeModification(path, operand, greatest: true),
            "$rename" => operand.Type == BsonType.String ? new RenameModification(path, Path(operand.Text))
                : throw new CommandException(2, "BadValue", $"The 'to' field for $rename must be a string: {field}: {operand}"),
            "$currentDate" => CurrentDateModification.Parse(path, operand),
            "$push" => new PushModification(path, operand),
            "$addToSet" => new AddToSetModification(path, operand),
            "$pull" => new PullModification(path, operand),
            "$pullAll" => new PullAllModification(path, operand),
            "$pop" => new PopModification(path, operand),
            _ => throw Failed($"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array"),
        };
    }

    private static byte[][] Path(string field)
    {
        var parts = field.Split('.');
        if (parts.Contains("")) throw new CommandException(56, "EmptyFieldName", $"The update path '{field}' contains an empty field name, which is not allowed.");
        if (parts.Any(p => p == "$" || p.StartsWith("$[", StringComparison.Ordinal))) throw Failed($"positional operators in update paths are not supported by this server: {field}");
        return IndexDefinition.PathOf(field);
    }

    private static void CheckConflicts(List<Modification> modifications)
    {
        var seen = new List<string>();
        foreach (var modification in modifications)
        {
            Check(modification.Name);
            if (modification.OtherPath is { } other) Check(new IndexField(other, false).Name);
        }

        void Check(string path)
        {
            var clash = seen.Find(s => s == path || s.StartsWith(path + ".", StringComparison.Ordinal) || path.StartsWith(s + ".", StringComparison.Ordinal));
            if (clash is not null) throw new CommandException(40, "ConflictingUpdateOperators", $"Updating the path '{path}' would create a conflict at '{clash}'");
            seen.Add(path);
        }
    }

    private static int ComparePaths(byte[][] x, byte[][] y)
    {
        for (var i = 0; i < Math.Min(x.Length, y.Length); i++)
        {
            var order = Number(x[i]) is { } a && Number(y[i]) is { } b ? a.CompareTo(b) : x[i].AsSpan().SequenceCompareTo(y[i]);
            if (order != 0) return order;
        }
        return x.Length.CompareTo(y.Length);
    }

    private static long? Number(byte[] name) => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static CommandException Failed(string message) => new(9, "FailedToParse", message);
}
