using System.Numerics;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>Compares int32, int64, double and decimal128 by their exact mathematical values; NaN is below all and equal to itself.</summary>
internal static class NumberOrder
{
    private const double TwoTo63 = 9223372036854775808.0;

    public static int Compare(RawValue x, RawValue y)
    {
        if (x.Type == BsonType.Decimal128 || y.Type == BsonType.Decimal128) return CompareDecimals(x, y);
        if (x.Type == BsonType.Double)
        {
            return y.Type == BsonType.Double ? CompareDoubles(x.Double, y.Double) : -CompareLongToDouble(Long(y), x.Double);
        }
        return y.Type == BsonType.Double ? CompareLongToDouble(Long(x), y.Double) : Long(x).CompareTo(Long(y));
    }

    /// <summary>The value of an int32 or int64.</summary>
    public static long Long(RawValue value) => value.Type == BsonType.Int32 ? value.Int32 : value.Int64;

    public static bool IsNaN(RawValue value) => value.Type switch
    {
        BsonType.Double => double.IsNaN(value.Double),
        BsonType.Decimal128 => Decimal128.IsNaN(value.Decimal),
        _ => false,
    };

    // Double.CompareTo orders NaN first and all NaNs alike; it calls -0.0 and 0.0 equal.
    private static int CompareDoubles(double x, double y) => x.CompareTo(y);

    private static int CompareLongToDouble(long x, double y)
    {
        if (double.IsNaN(y)) return 1;
        if (y >= TwoTo63) return -1;
        if (y < -TwoTo63) return 1;
        var whole = (long)y;
        return x != whole ? x.CompareTo(whole) : 0.0.CompareTo(y - whole);
    }

    private static int CompareDecimals(RawValue x, RawValue y)
    {
        var (left, right) = (Exact.Of(x), Exact.Of(y));
        if (left.Class != right.Class) return left.Class.CompareTo(right.Class);
        return left.Class == Exact.Finite ? Exact.CompareFinite(left, right) : 0;
    }

    /// <summary>coefficient × 2^twos × 10^tens, or an infinity or NaN by class.</summary>
    private readonly record struct Exact(int Class, BigInteger Coefficient, int Twos, int Tens)
    {
        public const int NaN = 0, NegativeInfinity = 1, Finite = 2, PositiveInfinity = 3;

        public static Exact Of(RawValue value) => value.Type switch
        {
            BsonType.Double => Of(value.Double),
            BsonType.Decimal128 => Of(value.Decimal),
            _ => new Exact(Finite, Long(value), 0, 0),
        };

        public static int CompareFinite(Exact x, Exact y)
        {
            if (x.Coefficient.Sign != y.Coefficient.Sign || x.Coefficient.IsZero) return x.Coefficient.Sign.CompareTo(y.Coefficient.Sign);
            // Far apart magnitudes are told by logarithms, so that 10^6000 is never computed.
            var (a, b) = (x.Magnitude, y.Magnitude);
            if (Math.Abs(a - b) > 1) return a.CompareTo(b) * x.Coefficient.Sign;
            var (tens, twos) = (Math.Min(x.Tens, y.Tens), Math.Min(x.Twos, y.Twos));
            return x.Scaled(twos, tens).CompareTo(y.Scaled(twos, tens));
        }

        private double Magnitude => BigInteger.Log10(BigInteger.Abs(Coefficient)) + (Twos * Math.Log10(2)) + Tens;

        private BigInteger Scaled(int twos, int tens) => (Coefficient << (Twos - twos)) * BigInteger.Pow(10, Tens - tens);

        private static Exact Of(double value)
        {
            if (double.IsNaN(value)) return new Exact(NaN, default, 0, 0);
            if (double.IsInfinity(value)) return new Exact(value > 0 ? PositiveInfinity : NegativeInfinity, default, 0, 0);
            var bits = BitConverter.DoubleToInt64Bits(value);
            var exponent = (int)((bits >> 52) & 0x7ff);
            var fraction = bits & 0xfffffffffffff;
            var mantissa = exponent == 0 ? fraction : fraction | (1L << 52);
            return new Exact(Finite, bits < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075, 0);
        }

        private static Exact Of(Decimal128 value)
        {
            if (Decimal128.IsNaN(value)) return new Exact(NaN, default, 0, 0);
            if (Decimal128.IsInfinity(value)) return new Exact(Decimal128.IsNegativeInfinity(value) ? NegativeInfinity : PositiveInfinity, default, 0, 0);
            var (high, low) = (value.GetIEEEHighBits(), value.GetIEEELowBits());
            // A combination field of 11 marks a coefficient above 10^34 - 1, which counts as zero.
            var large = ((high >> 61) & 3) == 3;
            var exponent = (int)((large ? high >> 47 : high >> 49) & 0x3fff) - 6176;
            var coefficient = large ? BigInteger.Zero : (new BigInteger(high & 0x1ffffffffffff) << 64) | low;
            if (coefficient > MaxCoefficient) coefficient = BigInteger.Zero;
            return new Exact(Finite, high >> 63 == 1 ? -coefficient : coefficient, 0, exponent);
        }

        private static readonly BigInteger MaxCoefficient = BigInteger.Pow(10, 34) - 1;
    }
}
