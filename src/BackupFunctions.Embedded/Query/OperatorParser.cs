using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>Reads the operators of one field: <c>{$gt: 1, $lt: 5}</c>.</summary>
internal static class OperatorParser
{
    public static Filter Parse(byte[][] path, RawValue operators)
    {
        var filters = new List<Filter>();
        foreach (var element in operators.Elements)
        {
            if (Operator(path, element.Name, element.Value, operators) is { } filter) filters.Add(filter);
        }
        return filters.Count == 1 ? filters[0] : new AndFilter(filters);
    }

    private static Filter? Operator(byte[][] path, string name, RawValue value, RawValue all)
    {
        switch (name)
        {
            case "$eq":
                return Compare(path, ComparisonKind.Equal, value);
            case "$gt":
                return Compare(path, ComparisonKind.Greater, value);
            case "$gte":
                return Compare(path, ComparisonKind.GreaterOrEqual, value);
            case "$lt":
                return Compare(path, ComparisonKind.Less, value);
            case "$lte":
                return Compare(path, ComparisonKind.LessOrEqual, value);
            case "$ne":
                return new NotFilter(Compare(path, ComparisonKind.Equal, value));
            case "$in":
                return new PathFilter(path, new InTest(Items(name, value)));
            case "$nin":
                return new NotFilter(new PathFilter(path, new InTest(Items(name, value))));
            case "$not":
                return new NotFilter(Negated(path, value));
            case "$exists":
                var exists = new PathFilter(path, new ExistsTest());
                return Values.IsTrue(value) ? exists : new NotFilter(exists);
            case "$type":
                return new PathFilter(path, new TypeTest((value.IsArray ? Items(name, value) : new List<RawValue> { value }).SelectMany(TypeNames.Parse).ToHashSet()));
            case "$size":
                return new PathFilter(path, new SizeTest(Size(value)));
            case "$all":
                return All(path, value);
            case "$elemMatch":
                return new PathFilter(path, ElementMatch(value));
            case "$mod":
                return new PathFilter(path, Mod(value));
            case "$regex":
                return new PathFilter(path, RegexTest.Of(value, all["$options"u8]));
            case "$options":
                return all["$regex"u8].IsMissing ? throw FilterParser.Bad("$options needs a $regex") : null;
            default:
                throw FilterParser.Bad($"unknown operator: {name}");
        }
    }

    private static PathFilter Compare(byte[][] path, ComparisonKind kind, RawValue value) => value.Type == BsonType.Undefined
        ? throw FilterParser.Bad("cannot compare to undefined")
        : new PathFilter(path, new Comparison(kind, value));

    private static Filter Negated(byte[][] path, RawValue value)
    {
        if (value.Type == BsonType.RegularExpression) return new PathFilter(path, RegexTest.Of(value));
        if (!value.IsDocument) throw FilterParser.Bad("$not needs a regex or a document");
        return FilterParser.IsOperators(value) ? Parse(path, value) : throw FilterParser.Bad("$not cannot be empty");
    }

    private static long Size(RawValue value)
    {
        if (!Values.IsWhole(value)) throw FilterParser.Bad("Failed to parse $size. Expected an integer");
        var size = Values.Long(value)!.Value;
        return size >= 0 ? size : throw FilterParser.Bad("Failed to parse $size. Expected a non-negative number");
    }

    private static Filter All(byte[][] path, RawValue value)
    {
        var filters = new List<Filter>();
        foreach (var item in Items("$all", value))
        {
            filters.Add(FilterParser.IsOperators(item) && !item["$elemMatch"u8].IsMissing ? Parse(path, item)
                : item.Type == BsonType.RegularExpression ? new PathFilter(path, RegexTest.Of(item))
                : Compare(path, ComparisonKind.Equal, item));
        }
        return filters.Count == 0 ? new ConstantFilter(false) : new AndFilter(filters);
    }

    private static ElementMatchTest ElementMatch(RawValue value)
    {
        if (!value.IsDocument) throw FilterParser.Bad("$elemMatch needs an Object");
        var ofValues = FilterParser.IsOperators(value) && !IsLogical(value);
        return ofValues ? new ElementMatchTest(Parse([], value), ofDocuments: false) : new ElementMatchTest(FilterParser.Parse(value), ofDocuments: true);
    }

    private static bool IsLogical(RawValue value)
    {
        foreach (var element in value.Elements) return element.Name is "$and" or "$or" or "$nor" or "$expr";
        return false;
    }

    private static ModTest Mod(RawValue value)
    {
        var items = value.IsArray ? Items("$mod", value) : throw FilterParser.Bad("malformed mod, needs to be an array");
        if (items.Count < 2) throw FilterParser.Bad("malformed mod, not enough elements");
        if (items.Count > 2) throw FilterParser.Bad("malformed mod, too many elements");
        if (Values.Long(items[0]) is not { } divisor) throw FilterParser.Bad("malformed mod, divisor not a number");
        if (Values.Long(items[1]) is not { } remainder) throw FilterParser.Bad("malformed mod, remainder not a number");
        return divisor == 0 ? throw FilterParser.Bad("divisor cannot be 0") : new ModTest(divisor, remainder);
    }

    private static List<RawValue> Items(string name, RawValue value)
    {
        if (!value.IsArray) throw FilterParser.Bad($"{name} needs an array");
        var items = new List<RawValue>();
        foreach (var element in value.Elements) items.Add(element.Value);
        return items;
    }
}
