using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>An aggregation expression over one document; missing is a value of its own.</summary>
internal abstract class Expression
{
    public abstract RawValue Evaluate(RawValue root);
}

internal sealed class Constant(RawValue value) : Expression
{
    public override RawValue Evaluate(RawValue root) => value;
}

/// <summary><c>"$a.b"</c>: arrays on the way are gone through element by element.</summary>
internal sealed class FieldPath(byte[][] path) : Expression
{
    public override RawValue Evaluate(RawValue root) => Follow(root, 0);

    private RawValue Follow(RawValue value, int depth)
    {
        if (depth == path.Length) return value;
        if (value.IsDocument) return Follow(value[path[depth]], depth + 1);
        if (!value.IsArray) return default;
        var found = new List<RawValue>();
        foreach (var element in value.Elements)
        {
            if (!element.Value.IsContainer) continue;
            var below = Follow(element.Value, depth);
            if (!below.IsMissing) found.Add(below);
        }
        return RawWriter.Array(found);
    }
}

/// <summary>A document whose fields are expressions.</summary>
internal sealed class DocumentExpression(IReadOnlyList<(string Name, Expression Value)> fields) : Expression
{
    public override RawValue Evaluate(RawValue root)
    {
        var writer = new RawWriter();
        foreach (var (name, expression) in fields)
        {
            var value = expression.Evaluate(root);
            if (!value.IsMissing) writer.Append(name, value);
        }
        return RawValue.Document(writer.ToDocument());
    }
}

/// <summary>An array whose items are expressions; missing ones become null.</summary>
internal sealed class ArrayExpression(IReadOnlyList<Expression> items) : Expression
{
    public override RawValue Evaluate(RawValue root) => RawWriter.Array(items.Select(i => i.Evaluate(root) is { IsMissing: false } value ? value : RawValue.Null));
}

/// <summary>A function of the values of its arguments.</summary>
internal sealed class FunctionExpression(IReadOnlyList<Expression> arguments, Func<RawValue[], RawValue> function) : Expression
{
    public override RawValue Evaluate(RawValue root) => function([.. arguments.Select(a => a.Evaluate(root))]);
}

/// <summary><c>$expr</c>: a filter that is an expression.</summary>
internal sealed class ExpressionFilter(Expression expression) : Filter
{
    public override bool Matches(RawValue value) => Values.IsTrue(expression.Evaluate(value));
}
