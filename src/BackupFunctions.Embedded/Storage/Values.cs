using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Loose readings of values, as the server takes flags and counts.</summary>
internal static class Values
{
    /// <summary>Everything but false, zero, null and missing.</summary>
    public static bool IsTrue(RawValue value)
    {
        if (value.IsNullish) return false;
        if (value.Type == BsonType.Boolean) return value.Boolean;
        return !value.IsNumber || BsonOrder.Compare(value, RawValue.From(0)) != 0;
    }

    /// <summary>A number as a long, cut towards zero and clamped; null when it is none.</summary>
    public static long? Long(RawValue value)
    {
        if (value.IsMissing) return null;
        return value.Type switch
        {
            BsonType.Int32 => value.Int32,
            BsonType.Int64 => value.Int64,
            BsonType.Double => Clamp(value.Double),
            BsonType.Decimal128 => Clamp((double)value.Decimal),
            _ => null,
        };
    }

    public static double? Double(RawValue value)
    {
        if (value.IsMissing) return null;
        return value.Type switch
        {
            BsonType.Int32 => value.Int32,
            BsonType.Int64 => value.Int64,
            BsonType.Double => value.Double,
            BsonType.Decimal128 => (double)value.Decimal,
            _ => null,
        };
    }

    /// <summary>Whether the number has no fraction.</summary>
    public static bool IsWhole(RawValue value) =>
        value.Type is BsonType.Int32 or BsonType.Int64 || (value.IsNumber && Double(value) is { } number && Math.Floor(number) == number);

    private static long Clamp(double value) => double.IsNaN(value) ? 0 : value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;
}
