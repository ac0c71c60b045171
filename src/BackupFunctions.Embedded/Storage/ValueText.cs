using System.Globalization;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Values as the server's messages show them: <c>{ _id: 1, name: "x" }</c>.</summary>
internal static class ValueText
{
    public static string Of(RawValue value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, RawValue value)
    {
        switch (value.Type)
        {
            case BsonType.Document or BsonType.Array:
                WriteContainer(text, value);
                break;
            case BsonType.String or BsonType.Symbol or BsonType.JavaScript:
                text.Append('"').Append(value.Text).Append('"');
                break;
            case BsonType.ObjectId:
                text.Append("ObjectId('").Append(Convert.ToHexStringLower(value.Span)).Append("')");
                break;
            case BsonType.Int32 or BsonType.Int64:
                text.Append(NumberOrder.Long(value));
                break;
            case BsonType.Double:
                var number = value.Double.ToString("R", CultureInfo.InvariantCulture);
                text.Append(number.AsSpan().IndexOfAnyExceptInRange('-', '9') < 0 && !number.Contains('.', StringComparison.Ordinal) ? number + ".0" : number);
                break;
            case BsonType.Decimal128:
                text.Append("NumberDecimal(\"").Append(value.Decimal).Append("\")");
                break;
            case BsonType.Boolean:
                text.Append(value.Boolean ? "true" : "false");
                break;
            case BsonType.DateTime:
                text.Append("new Date(").Append(value.Int64).Append(')');
                break;
            case BsonType.Timestamp:
                text.Append("Timestamp(").Append(value.UInt64 >> 32).Append(", ").Append(value.UInt64 & uint.MaxValue).Append(')');
                break;
            case BsonType.Binary:
                text.Append("BinData(").Append(value.Span[4]).Append(", ").Append(Convert.ToHexString(value.Span[5..])).Append(')');
                break;
            default:
                text.Append(value.Type switch
                {
                    BsonType.Null => "null",
                    BsonType.Undefined => "undefined",
                    BsonType.MinKey => "MinKey",
                    BsonType.MaxKey => "MaxKey",
                    RawValue.DbPointer => "DBRef",
                    _ => value.Type.ToString(),
                });
                break;
        }
    }

    private static void WriteContainer(StringBuilder text, RawValue value)
    {
        var (open, close) = value.IsArray ? ('[', ']') : ('{', '}');
        text.Append(open);
        var first = true;
        foreach (var element in value.Elements)
        {
            text.Append(first ? " " : ", ");
            first = false;
            if (!value.IsArray) text.Append(element.Name).Append(": ");
            Write(text, element.Value);
        }
        text.Append(first ? "" : " ").Append(close);
    }
}
