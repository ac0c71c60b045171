using System.Globalization;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>
/// The objects of Extended JSON that stand for one BSON value. <c>$regex</c> and <c>$ref</c> are not among them: these are a query operator and
/// an ordinary document, as the Go driver reads them.
/// </summary>
internal static class ExtendedJsonTypes
{
    /// <summary>Whether an object whose first field has this name stands for one value.</summary>
    public static bool IsWrapper(ReadOnlySpan<byte> key) => key.Length > 0 && key[0] == '$' && (
        key.SequenceEqual("$numberInt"u8) || key.SequenceEqual("$numberLong"u8) || key.SequenceEqual("$numberDouble"u8)
        || key.SequenceEqual("$numberDecimal"u8) || key.SequenceEqual("$oid"u8) || key.SequenceEqual("$date"u8)
        || key.SequenceEqual("$binary"u8) || key.SequenceEqual("$uuid"u8) || key.SequenceEqual("$timestamp"u8)
        || key.SequenceEqual("$regularExpression"u8) || key.SequenceEqual("$code"u8) || key.SequenceEqual("$symbol"u8)
        || key.SequenceEqual("$dbPointer"u8) || key.SequenceEqual("$undefined"u8) || key.SequenceEqual("$minKey"u8)
        || key.SequenceEqual("$maxKey"u8));

    /// <summary>Writes the value of a wrapper, given all its fields: text for strings and numbers, true, or nested fields.</summary>
    public static void Write(BsonOutput output, string name, string key, List<KeyValuePair<string, object>> fields)
    {
        var binaryType = key == "$binary" && fields.Count == 2 && fields[1].Key == "$type" ? Text(fields[1].Value, "$type") : null;
        if (fields.Count != 1 && binaryType is null) throw new FormatException($"{key} stands beside another field");
        var value = fields[0].Value;
        switch (key)
        {
            case "$numberInt":
                output.Element(BsonType.Int32, name);
                output.Int32(int.Parse(Text(value, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                break;
            case "$numberLong":
                output.Element(BsonType.Int64, name);
                output.Int64(Int64(value, key));
                break;
            case "$numberDouble":
                output.Element(BsonType.Double, name);
                output.Int64(DoubleBits(Text(value, key)));
                break;
            case "$numberDecimal":
                output.Element(BsonType.Decimal128, name);
                var number = Decimal128.Parse(Text(value, key));
                output.Int64((long)number.GetIEEELowBits());
                output.Int64((long)number.GetIEEEHighBits());
                break;
            case "$oid":
                output.Element(BsonType.ObjectId, name);
                output.Bytes(ObjectIdBytes(Text(value, key)));
                break;
            case "$date":
                output.Element(BsonType.DateTime, name);
                output.Int64(Milliseconds(value));
                break;
            case "$binary":
                output.Element(BsonType.Binary, name);
                Binary(output, value, binaryType);
                break;
            case "$uuid":
                output.Element(BsonType.Binary, name);
                Binary(output, 4, Guid.ParseExact(Text(value, key), "D").ToByteArray(bigEndian: true));
                break;
            case "$timestamp":
                var stamp = Named(value, key, "t", "i");
                output.Element(BsonType.Timestamp, name);
                output.Int32((int)uint.Parse(stamp[1], NumberStyles.None, CultureInfo.InvariantCulture));
                output.Int32((int)uint.Parse(stamp[0], NumberStyles.None, CultureInfo.InvariantCulture));
                break;
            case "$regularExpression":
                var regex = Named(value, key, "pattern", "options");
                output.Element(BsonType.RegularExpression, name);
                output.CString(regex[0]);
                output.CString(regex[1]);
                break;
            case "$symbol":
                output.Element(BsonType.Symbol, name);
                output.String(Text(value, key));
                break;
            case "$dbPointer":
                DbPointer(output, name, value);
                break;
            case "$undefined":
                output.Element(BsonType.Undefined, name);
                if (value is not true) throw new FormatException("$undefined is not true");
                break;
            default:
                output.Element(key == "$minKey" ? BsonType.MinKey : BsonType.MaxKey, name);
                if (value is not "1") throw new FormatException($"{key} is not 1");
                break;
        }
    }

    private static long DoubleBits(string text) => text switch
    {
        // .NET's own NaN has the sign bit set; servers and drivers write this one
        "NaN" => 0x7FF8000000000000,
        "Infinity" => BitConverter.DoubleToInt64Bits(double.PositiveInfinity),
        "-Infinity" => BitConverter.DoubleToInt64Bits(double.NegativeInfinity),
        _ => BitConverter.DoubleToInt64Bits(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)),
    };

    private static long Milliseconds(object value)
    {
        if (value is List<KeyValuePair<string, object>> { Count: 1 } fields && fields[0].Key == "$numberLong")
            return Int64(fields[0].Value, "$date");
        var text = Text(value, "$date");
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)) return milliseconds;
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
    }

    private static void Binary(BsonOutput output, object value, string? legacyType)
    {
        string[] parts = legacyType is null ? Named(value, "$binary", "base64", "subType") : [Text(value, "$binary"), legacyType];
        Binary(output, byte.Parse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), Convert.FromBase64String(parts[0]));
    }

    private static void Binary(BsonOutput output, byte subType, byte[] data)
    {
        output.Int32(data.Length + (subType == 2 ? 4 : 0));
        output.Byte(subType);
        if (subType == 2) output.Int32(data.Length);
        output.Bytes(data);
    }

    private static void DbPointer(BsonOutput output, string name, object value)
    {
        if (value is not List<KeyValuePair<string, object>> { Count: 2 } fields || fields[0].Key != "$ref" || fields[1].Key != "$id")
            throw new FormatException("$dbPointer has fields other than $ref and $id");
        output.Element(BsonLayout.DbPointer, name);
        output.String(Text(fields[0].Value, "$ref"));
        var id = fields[1].Value is List<KeyValuePair<string, object>> { Count: 1 } wrapped && wrapped[0].Key == "$oid" ? wrapped[0].Value : fields[1].Value;
        output.Bytes(ObjectIdBytes(Text(id, "$id")));
    }

    /// <summary>The text of two named fields, in the order asked for.</summary>
    private static string[] Named(object value, string key, string first, string second)
    {
        if (value is not List<KeyValuePair<string, object>> { Count: 2 } fields)
            throw new FormatException($"{key} is no object of two fields");
        var swapped = fields[0].Key == second;
        var (a, b) = swapped ? (fields[1], fields[0]) : (fields[0], fields[1]);
        if (a.Key != first || b.Key != second) throw new FormatException($"{key} has fields other than {first} and {second}");
        return [Text(a.Value, first), Text(b.Value, second)];
    }

    private static byte[] ObjectIdBytes(string hex) =>
        hex.Length == 24 ? Convert.FromHexString(hex) : throw new FormatException($"object id has {hex.Length} hex digits, not 24");

    private static long Int64(object value, string key) => long.Parse(Text(value, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string Text(object value, string key) => value as string ?? throw new FormatException($"{key} is neither string nor number");
}
