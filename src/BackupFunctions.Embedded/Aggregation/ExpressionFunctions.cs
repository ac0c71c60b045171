using System.Text;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>An operator with the number of its arguments.</summary>
internal sealed record ExpressionFunction(int Least, int Most, Func<RawValue[], RawValue> Call);

/// <summary>The expression operators that this server knows.</summary>
internal static class ExpressionFunctions
{
    public static readonly IReadOnlyDictionary<string, ExpressionFunction> All = new Dictionary<string, ExpressionFunction>(StringComparer.Ordinal)
    {
        ["$add"] = new(1, int.MaxValue, a => Numbers(a, "$add", Arithmetic.Add, RawValue.From(0))),
        ["$subtract"] = new(2, 2, a => Numbers(a, "$subtract", Arithmetic.Subtract)),
        ["$multiply"] = new(1, int.MaxValue, a => Numbers(a, "$multiply", Arithmetic.Multiply, RawValue.From(1))),
        ["$divide"] = new(2, 2, a => Numbers(a, "$divide", Arithmetic.Divide)),
        ["$eq"] = Compare(o => o == 0),
        ["$ne"] = Compare(o => o != 0),
        ["$gt"] = Compare(o => o > 0),
        ["$gte"] = Compare(o => o >= 0),
        ["$lt"] = Compare(o => o < 0),
        ["$lte"] = Compare(o => o <= 0),
        ["$cmp"] = new(2, 2, a => RawValue.From(Math.Sign(BsonOrder.Compare(a[0], a[1])))),
        ["$and"] = new(0, int.MaxValue, a => RawValue.From(a.All(Values.IsTrue))),
        ["$or"] = new(0, int.MaxValue, a => RawValue.From(a.Any(Values.IsTrue))),
        ["$not"] = new(1, 1, a => RawValue.From(!Values.IsTrue(a[0]))),
        ["$cond"] = new(3, 3, a => Values.IsTrue(a[0]) ? a[1] : a[2]),
        ["$ifNull"] = new(2, int.MaxValue, a => a[..^1].FirstOrDefault(v => !v.IsNullish) is { IsMissing: false } value ? value : a[^1]),
        ["$type"] = new(1, 1, a => RawValue.From(TypeNames.Of(a[0]))),
        ["$bsonSize"] = new(1, 1, a => a[0].IsNullish ? RawValue.Null : RawValue.From(a[0].Length)),
        ["$size"] = new(1, 1, a => a[0].IsArray ? RawValue.From(a[0].Elements.Count())
            : throw new CommandException(17124, "Location17124", $"The argument to $size must be an array, but was of type: {TypeNames.Of(a[0])}")),
        ["$concat"] = new(0, int.MaxValue, Concat),
        ["$mergeObjects"] = new(0, int.MaxValue, Merge),
    };

    private static ExpressionFunction Compare(Func<int, bool> holds) => new(2, 2, a => RawValue.From(holds(BsonOrder.Compare(a[0], a[1]))));

    private static RawValue Numbers(RawValue[] arguments, string name, Func<RawValue, RawValue, RawValue> operation, RawValue start = default)
    {
        if (arguments.Any(a => a.IsNullish)) return RawValue.Null;
        if (arguments.FirstOrDefault(a => !a.IsNumber) is { IsMissing: false } odd)
        {
            throw new CommandException(14, "TypeMismatch", $"{name} only supports numeric types, not {TypeNames.Of(odd)}");
        }
        return start.IsMissing ? arguments.Aggregate(operation) : arguments.Aggregate(start, operation);
    }

    private static RawValue Concat(RawValue[] arguments)
    {
        var text = new StringBuilder();
        foreach (var argument in arguments)
        {
            if (argument.IsNullish) return RawValue.Null;
            if (argument.Type != BsonType.String) throw new CommandException(16702, "Location16702", $"$concat only supports strings, not {TypeNames.Of(argument)}");
            text.Append(argument.Text);
        }
        return RawValue.From(text.ToString());
    }

    private static RawValue Merge(RawValue[] arguments)
    {
        var fields = new OrderedDictionary<string, RawValue>();
        foreach (var argument in arguments)
        {
            if (argument.IsNullish) continue;
            if (!argument.IsDocument) throw new CommandException(40400, "Location40400", $"$mergeObjects requires object inputs, but input is of type {TypeNames.Of(argument)}");
            foreach (var element in argument.Elements) fields[element.Name] = element.Value;
        }
        var writer = new RawWriter();
        foreach (var (name, value) in fields) writer.Append(name, value);
        return RawValue.Document(writer.ToDocument());
    }
}
