using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>The server's names of BSON types.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<string, BsonType> Types = new(StringComparer.Ordinal)
    {
        ["double"] = BsonType.Double,
        ["string"] = BsonType.String,
        ["object"] = BsonType.Document,
        ["array"] = BsonType.Array,
        ["binData"] = BsonType.Binary,
        ["undefined"] = BsonType.Undefined,
        ["objectId"] = BsonType.ObjectId,
        ["bool"] = BsonType.Boolean,
        ["date"] = BsonType.DateTime,
        ["null"] = BsonType.Null,
        ["regex"] = BsonType.RegularExpression,
        ["dbPointer"] = RawValue.DbPointer,
        ["javascript"] = BsonType.JavaScript,
        ["symbol"] = BsonType.Symbol,
        ["javascriptWithScope"] = BsonType.JavaScriptWithScope,
        ["int"] = BsonType.Int32,
        ["timestamp"] = BsonType.Timestamp,
        ["long"] = BsonType.Int64,
        ["decimal"] = BsonType.Decimal128,
        ["minKey"] = BsonType.MinKey,
        ["maxKey"] = BsonType.MaxKey,
    };

    public static string Of(RawValue value) => value.IsMissing ? "missing" : Types.First(t => t.Value == value.Type).Key;

    /// <summary>The types that a name or a number stands for.</summary>
    public static IEnumerable<BsonType> Parse(RawValue value)
    {
        if (value.Type == BsonType.String)
        {
            if (value.Text == "number") return [BsonType.Double, BsonType.Int32, BsonType.Int64, BsonType.Decimal128];
            return Types.TryGetValue(value.Text, out var type) ? [type] : throw new CommandException(2, "BadValue", $"Unknown type name alias: {value.Text}");
        }
        if (value.IsNumber && Values.IsWhole(value))
        {
            var number = Values.Long(value)!.Value;
            var type = number == -1 ? BsonType.MinKey : (BsonType)number;
            if (number != 255 && Types.ContainsValue(type)) return [type];
        }
        throw new CommandException(2, "BadValue", $"Invalid numerical type code: {value}");
    }
}
