using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Update;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary><c>$project</c> and <c>$unset</c>.</summary>
internal sealed class ProjectStage(Projection projection) : Stage
{
    public static ProjectStage Parse(RawValue value) => new(Projection.Parse(value)
        ?? throw new CommandException(51272, "Location51272", "Invalid $project :: caused by :: projection specification must have at least one field"));

    public static ProjectStage Unset(RawValue value)
    {
        var writer = new RawWriter();
        foreach (var name in Names(value)) writer.Append(name, 0);
        return Parse(RawValue.Document(writer.ToDocument()));
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => documents.Select(projection.Apply);

    private static List<string> Names(RawValue value)
    {
        if (value.Type == BsonType.String) return [value.Text];
        if (!value.IsArray) throw new CommandException(31002, "Location31002", "$unset specification must be a string or an array");
        var names = new List<string>();
        foreach (var element in value.Elements)
        {
            if (element.Value.Type != BsonType.String) throw new CommandException(31120, "Location31120", "$unset specification must be a string or an array containing only string values");
            names.Add(element.Value.Text);
        }
        return names;
    }
}

/// <summary><c>$addFields</c>: sets dotted paths to expressions of the document as it was.</summary>
internal sealed class AddFieldsStage(IReadOnlyList<(byte[][] Path, Expression Value)> fields) : Stage
{
    public static AddFieldsStage Parse(string name, RawValue value)
    {
        if (!value.IsDocument) throw new CommandException(40272, "Location40272", $"{name} specification stage must be an object, got {TypeNames.Of(value)}");
        var fields = new List<(byte[][], Expression)>();
        foreach (var element in value.Elements) fields.Add((IndexDefinition.PathOf(element.Name), ExpressionParser.Parse(element.Value)));
        return new AddFieldsStage(fields);
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => documents.Select(Apply);

    private RawValue Apply(RawValue document)
    {
        var root = new UpdateNode(document);
        foreach (var (path, expression) in fields)
        {
            var value = expression.Evaluate(document);
            if (value.IsMissing) root.Unset(path);
            else root.Set(path, value);
        }
        return root.Value;
    }
}

/// <summary><c>$replaceRoot</c> and <c>$replaceWith</c>.</summary>
internal sealed class ReplaceRootStage(Expression expression) : Stage
{
    public static ReplaceRootStage Parse(string name, RawValue value)
    {
        var root = name == "$replaceWith" ? value : value.IsDocument ? value["newRoot"u8] : default;
        if (root.IsMissing) throw new CommandException(40231, "Location40231", "no newRoot specified for the $replaceRoot stage");
        return new ReplaceRootStage(ExpressionParser.Parse(root));
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => documents.Select(Apply);

    private RawValue Apply(RawValue document)
    {
        var value = expression.Evaluate(document);
        return value.IsDocument ? value
            : throw new CommandException(40228, "Location40228", $"'newRoot' expression must evaluate to an object, but resulting value was: {value}. Type of resulting value: '{TypeNames.Of(value)}'.");
    }
}

/// <summary><c>$unwind</c>, with <c>includeArrayIndex</c> and <c>preserveNullAndEmptyArrays</c>.</summary>
internal sealed class UnwindStage(byte[][] path, byte[][]? index, bool preserve) : Stage
{
    public static UnwindStage Parse(RawValue value)
    {
        var path = value.IsDocument ? value["path"u8] : value;
        if (path.IsMissing || path.Type != BsonType.String) throw new CommandException(28808, "Location28808", "expected a string as the path for $unwind stage");
        if (!path.Text.StartsWith('$')) throw new CommandException(28818, "Location28818", $"path option to $unwind stage should be prefixed with a '$': {path.Text}");
        var index = value.IsDocument ? value["includeArrayIndex"u8] : default;
        var preserve = value.IsDocument && Values.IsTrue(value["preserveNullAndEmptyArrays"u8]);
        return new UnwindStage(IndexDefinition.PathOf(path.Text[1..]), index.IsMissing ? null : IndexDefinition.PathOf(index.Text), preserve);
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents)
    {
        foreach (var document in documents)
        {
            var array = new UpdateNode(document).Get(path);
            var position = 0L;
            if (!array.IsArray)
            {
                if (!array.IsNullish || preserve) yield return With(document, default, RawValue.Null);
                continue;
            }
            foreach (var element in array.Elements) yield return With(document, element.Value, RawValue.From(position++));
            if (position == 0 && preserve) yield return With(document, default, RawValue.Null, removed: true);
        }
    }

    private RawValue With(RawValue document, RawValue value, RawValue position, bool removed = false)
    {
        var root = new UpdateNode(document);
        if (removed) root.Unset(path);
        else if (!value.IsMissing) root.Set(path, value);
        if (index is not null) root.Set(index, position);
        return root.Value;
    }
}
