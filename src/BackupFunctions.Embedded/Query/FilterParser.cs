using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>Reads a query document; what this server does not know gives error 2 (BadValue).</summary>
internal static class FilterParser
{
    public static Filter Parse(RawValue query)
    {
        if (query.IsMissing) return Filter.All;
        if (!query.IsDocument) throw Bad($"the filter has to be an object, not {TypeNames.Of(query)}");
        var filters = new List<Filter>();
        foreach (var element in query.Elements)
        {
            if (element.NameBytes.StartsWith("$"u8)) filters.AddRange(TopLevel(element.Name, element.Value));
            else filters.Add(Field(IndexDefinition.PathOf(element.Name), element.Value));
        }
        return filters.Count == 1 ? filters[0] : new AndFilter(filters);
    }

    /// <summary>As <see cref="Parse"/>, but what is not known gives error 238, which tells how to write all the same.</summary>
    public static Filter ParseValidator(RawValue validator)
    {
        try
        {
            return Parse(validator);
        }
        catch (CommandException e)
        {
            throw new CommandException(238, "NotImplemented", $"cannot evaluate the collection's validator ({e.Message}); write with bypassDocumentValidation");
        }
    }

    private static IEnumerable<Filter> TopLevel(string name, RawValue value)
    {
        switch (name)
        {
            case "$and":
                return [new AndFilter(List(name, value))];
            case "$or":
                return [new OrFilter(List(name, value))];
            case "$nor":
                return [new NotFilter(new OrFilter(List(name, value)))];
            case "$comment":
                return [];
            case "$alwaysTrue" or "$alwaysFalse":
                return [new ConstantFilter(name == "$alwaysTrue")];
            case "$expr":
                return [new ExpressionFilter(ExpressionParser.Parse(value))];
            default:
                throw Bad($"unknown top level operator: {name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.");
        }
    }

    private static List<Filter> List(string name, RawValue value)
    {
        if (!value.IsArray) throw Bad($"{name} must be an array");
        var filters = new List<Filter>();
        foreach (var element in value.Elements)
        {
            if (!element.Value.IsDocument) throw Bad($"{name} argument's entries must be objects");
            filters.Add(Parse(element.Value));
        }
        return filters.Count > 0 ? filters : throw Bad($"{name} argument must be a non-empty array");
    }

    private static Filter Field(byte[][] path, RawValue value)
    {
        if (IsOperators(value)) return OperatorParser.Parse(path, value);
        if (value.Type == BsonType.RegularExpression) return new PathFilter(path, RegexTest.Of(value));
        return value.Type == BsonType.Undefined
            ? throw Bad("cannot compare to undefined")
            : new PathFilter(path, new Comparison(ComparisonKind.Equal, value));
    }

    /// <summary>Whether a value is <c>{$operator: ...}</c> and not a document to be equal to, as DBRefs are.</summary>
    public static bool IsOperators(RawValue value)
    {
        if (!value.IsDocument) return false;
        foreach (var element in value.Elements)
        {
            return element.NameBytes.StartsWith("$"u8)
                && !element.NameBytes.SequenceEqual("$ref"u8) && !element.NameBytes.SequenceEqual("$id"u8) && !element.NameBytes.SequenceEqual("$db"u8);
        }
        return false;
    }

    public static CommandException Bad(string message) => new(2, "BadValue", message);
}
