using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>
/// Arithmetic as the server widens it: int32 to int64 on overflow, either to double or decimal128 when the other operand is one. Decimals
/// go through <see cref="decimal"/>, 28 digits; what does not fit there is refused.
/// </summary>
internal static class Arithmetic
{
    public static RawValue Add(RawValue x, RawValue y) => Apply(x, y, (a, b) => checked(a + b), (a, b) => a + b, (a, b) => a + b);

    public static RawValue Subtract(RawValue x, RawValue y) => Apply(x, y, (a, b) => checked(a - b), (a, b) => a - b, (a, b) => a - b);

    public static RawValue Multiply(RawValue x, RawValue y) => Apply(x, y, (a, b) => checked(a * b), (a, b) => a * b, (a, b) => a * b);

    public static RawValue Divide(RawValue x, RawValue y)
    {
        if (Values.Double(y) == 0) throw FilterParser.Bad("can't $divide by zero");
        return x.Type == BsonType.Decimal128 || y.Type == BsonType.Decimal128
            ? Decimals(x, y, (a, b) => a / b)
            : RawValue.From(Values.Double(x)!.Value / Values.Double(y)!.Value);
    }

    private static RawValue Apply(
        RawValue x, RawValue y, Func<long, long, long> whole, Func<double, double, double> floating, Func<decimal, decimal, decimal> exact)
    {
        if (x.Type == BsonType.Decimal128 || y.Type == BsonType.Decimal128) return Decimals(x, y, exact);
        if (x.Type == BsonType.Double || y.Type == BsonType.Double) return RawValue.From(floating(Values.Double(x)!.Value, Values.Double(y)!.Value));
        long result;
        try
        {
            result = whole(NumberOrder.Long(x), NumberOrder.Long(y));
        }
        catch (OverflowException)
        {
            return RawValue.From(floating(NumberOrder.Long(x), NumberOrder.Long(y)));
        }
        return x.Type == BsonType.Int32 && y.Type == BsonType.Int32 && result == (int)result ? RawValue.From((int)result) : RawValue.From(result);
    }

    private static RawValue Decimals(RawValue x, RawValue y, Func<decimal, decimal, decimal> operation)
    {
        try
        {
            return RawValue.From(new BsonDecimal128(new Decimal128(operation(Decimal(x), Decimal(y)))));
        }
        catch (OverflowException)
        {
            throw FilterParser.Bad("decimal arithmetic beyond 28 digits is not supported by this server");
        }
    }

    private static decimal Decimal(RawValue value) => value.Type switch
    {
        BsonType.Decimal128 => Decimal128.ToDecimal(value.Decimal),
        BsonType.Double => (decimal)value.Double,
        _ => NumberOrder.Long(value),
    };
}
