using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>Reads an expression; an operator that is not known gives error 168 (InvalidPipelineOperator).</summary>
internal static class ExpressionParser
{
    public static Expression Parse(RawValue value) => value.Type switch
    {
        BsonType.String when value.TextBytes.StartsWith("$$"u8) => Variable(value.Text),
        BsonType.String when value.TextBytes.StartsWith("$"u8) => Path(value.Text[1..]),
        BsonType.Document => Document(value),
        BsonType.Array => new ArrayExpression(Items(value)),
        _ => new Constant(value),
    };

    private static FieldPath Path(string path) => path.Length == 0 || path.Split('.').Contains("")
        ? throw new CommandException(16872, "Location16872", "'$' by itself is not a valid FieldPath")
        : new FieldPath(IndexDefinition.PathOf(path));

    private static Expression Variable(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? text : text[..dot];
        return name switch
        {
            "$$ROOT" or "$$CURRENT" => new FieldPath(dot < 0 ? [] : IndexDefinition.PathOf(text[(dot + 1)..])),
            "$$REMOVE" => new Constant(default),
            _ => throw new CommandException(17276, "Location17276", $"Use of undefined variable: {name[2..]}"),
        };
    }

    private static Expression Document(RawValue value)
    {
        var fields = new List<(string, Expression)>();
        foreach (var element in value.Elements)
        {
            var name = element.Name;
            if (name.StartsWith('$'))
            {
                if (fields.Count > 0 || value.Elements.Count() != 1)
                {
                    throw new CommandException(15983, "Location15983", $"An object representing an expression must have exactly one field: {value}");
                }
                return Operator(name, element.Value);
            }
            fields.Add((name, Parse(element.Value)));
        }
        return new DocumentExpression(fields);
    }

    private static Expression Operator(string name, RawValue value)
    {
        if (name is "$literal" or "$const") return new Constant(value);
        if (!ExpressionFunctions.All.TryGetValue(name, out var function))
        {
            throw new CommandException(168, "InvalidPipelineOperator", $"Unrecognized expression '{name}'");
        }
        List<Expression> arguments = name == "$cond" && value.IsDocument
            ? [Parse(value["if"u8]), Parse(value["then"u8]), Parse(value["else"u8])]
            : value.IsArray ? Items(value) : [Parse(value)];
        if (arguments.Count < function.Least || arguments.Count > function.Most)
        {
            throw new CommandException(16020, "Location16020", $"Expression {name} takes {function.Least} to {function.Most} arguments. {arguments.Count} were passed in.");
        }
        return new FunctionExpression(arguments, function.Call);
    }

    private static List<Expression> Items(RawValue array)
    {
        var items = new List<Expression>();
        foreach (var element in array.Elements) items.Add(Parse(element.Value));
        return items;
    }
}
