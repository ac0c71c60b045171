using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary><c>$group</c>: groups in the order of their first documents.</summary>
internal sealed class GroupStage(Expression id, IReadOnlyList<(string Name, Func<Accumulator> Make, Expression Value)> fields) : Stage
{
    public static GroupStage Parse(RawValue value)
    {
        if (!value.IsDocument) throw new CommandException(15947, "Location15947", "a group's fields must be specified in an object");
        if (value["_id"u8].IsMissing) throw new CommandException(15955, "Location15955", "a group specification must include an _id");
        var fields = new List<(string, Func<Accumulator>, Expression)>();
        foreach (var element in value.Elements)
        {
            if (element.NameBytes.SequenceEqual("_id"u8)) continue;
            if (!element.Value.IsDocument) throw new CommandException(40234, "Location40234", $"The field '{element.Name}' must be an accumulator object");
            if (element.Value.Elements.Count() != 1) throw new CommandException(40238, "Location40238", $"The field '{element.Name}' must specify one accumulator");
            foreach (var accumulator in element.Value.Elements)
            {
                fields.Add((element.Name, Accumulator.Maker(accumulator.Name), accumulator.Name == "$count" ? new Constant(RawValue.From(1)) : ExpressionParser.Parse(accumulator.Value)));
            }
        }
        return new GroupStage(ExpressionParser.Parse(value["_id"u8]), fields);
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents)
    {
        var groups = new SortedDictionary<RawValue, Accumulator[]>(BsonOrder.Instance);
        var order = new List<(RawValue Id, Accumulator[] Values)>();
        foreach (var document in documents)
        {
            var key = id.Evaluate(document) is { IsMissing: false } value ? value : RawValue.Null;
            if (!groups.TryGetValue(key, out var accumulators))
            {
                groups.Add(key, accumulators = [.. fields.Select(f => f.Make())]);
                order.Add((key, accumulators));
            }
            for (var i = 0; i < accumulators.Length; i++) accumulators[i].Add(fields[i].Value.Evaluate(document));
        }
        foreach (var (key, accumulators) in order)
        {
            var writer = new RawWriter().Append("_id"u8, key);
            for (var i = 0; i < accumulators.Length; i++) writer.Append(fields[i].Name, accumulators[i].Result);
            yield return RawValue.Document(writer.ToDocument());
        }
    }
}

/// <summary><c>$count</c>: one document with the number, or none when there is nothing.</summary>
internal sealed class CountStage(string field) : Stage
{
    public static CountStage Parse(RawValue value)
    {
        var name = value.Type == MongoDB.Bson.BsonType.String ? value.Text : "";
        return name.Length == 0 || name[0] == '$' || name.Contains('.', StringComparison.Ordinal)
            ? throw new CommandException(40156, "Location40156", "the count field must be a non-empty string that neither starts with '$' nor contains '.'")
            : new CountStage(name);
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents)
    {
        var count = documents.LongCount();
        if (count == 0) yield break;
        var value = count <= int.MaxValue ? RawValue.From((int)count) : RawValue.From(count);
        yield return RawValue.Document(new RawWriter().Append(field, value).ToDocument());
    }
}
