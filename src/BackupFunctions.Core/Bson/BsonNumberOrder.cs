using System.Buffers.Binary;
using MongoDB.Bson;

namespace BackupFunctions.Bson;

/// <summary>Orders numbers of all four types by value; NaN comes before every other number.</summary>
internal static class BsonNumberOrder
{
    private const double TwoTo63 = 9223372036854775808.0;

    public static int Compare(RawElement x, RawElement y)
    {
        if (x.Type == BsonType.Decimal128 || y.Type == BsonType.Decimal128) return CompareDecimals(AsDecimal(x), AsDecimal(y));
        if (x.Type == BsonType.Double)
            return y.Type == BsonType.Double ? AsDouble(x).CompareTo(AsDouble(y)) : CompareExactly(AsDouble(x), AsInteger(y));
        return y.Type == BsonType.Double ? -CompareExactly(AsDouble(y), AsInteger(x)) : AsInteger(x).CompareTo(AsInteger(y));
    }

    // converting the integer to a double would round it
    private static int CompareExactly(double x, long y)
    {
        if (double.IsNaN(x) || x < -TwoTo63) return -1;
        if (x >= TwoTo63) return 1;
        var whole = Math.Floor(x);
        var order = ((long)whole).CompareTo(y);
        return order == 0 && x > whole ? 1 : order;
    }

    private static int CompareDecimals(Decimal128 x, Decimal128 y)
    {
        var (xIsNaN, yIsNaN) = (Decimal128.IsNaN(x), Decimal128.IsNaN(y));
        return xIsNaN || yIsNaN ? yIsNaN.CompareTo(xIsNaN) : Decimal128.Compare(x, y);
    }

    private static double AsDouble(RawElement element) => BinaryPrimitives.ReadDoubleLittleEndian(element.Value);

    private static long AsInteger(RawElement element) => element.Type == BsonType.Int32
        ? BinaryPrimitives.ReadInt32LittleEndian(element.Value)
        : BinaryPrimitives.ReadInt64LittleEndian(element.Value);

    private static Decimal128 AsDecimal(RawElement element) => element.Type switch
    {
        BsonType.Decimal128 => Decimal128.FromIEEEBits(
            BinaryPrimitives.ReadUInt64LittleEndian(element.Value[8..]), BinaryPrimitives.ReadUInt64LittleEndian(element.Value)),
        BsonType.Double => new Decimal128(AsDouble(element)),
        _ => new Decimal128(AsInteger(element)),
    };
}
