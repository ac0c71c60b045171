using System.Numerics;
using BackupFunctions.Embedded.Storage;
using CsCheck;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class BsonOrderTests
{
    [Fact]
    public void Values_of_all_types_compare_as_they_are_listed()
    {
        var values = RawBytes.Ordered.Select(v => new RawValue((BsonType)v.Type, v.Value, 0, v.Value.Length)).ToList();
        for (var i = 0; i < values.Count; i++)
        {
            for (var j = 0; j < values.Count; j++)
            {
                Math.Sign(BsonOrder.Compare(values[i], values[j])).ShouldBe(i.CompareTo(j), $"{i}: {values[i]} and {j}: {values[j]}");
            }
        }
    }

    [Fact]
    public void Numbers_of_all_types_compare_by_their_exact_values() =>
        Gen.Select(Number, Number).Sample((x, y) =>
            Math.Sign(BsonOrder.Compare(RawValue.From(x), RawValue.From(y))) == Math.Sign(CompareRationals(x, y)), iter: 20_000);

    [Fact]
    public void Documents_compare_as_a_plain_reading_of_the_rules() =>
        Gen.Select(Value(3), Value(3)).Sample((x, y) =>
            Math.Sign(BsonOrder.Compare(RawValue.From(x), RawValue.From(y))) == Math.Sign(Oracle(x, y)), iter: 5_000);

    [Fact]
    public void The_order_is_transitive() =>
        Gen.Select(Value(2), Value(2), Value(2)).Sample((x, y, z) =>
        {
            RawValue[] values = [RawValue.From(x), RawValue.From(y), RawValue.From(z)];
            Array.Sort(values, BsonOrder.Compare);
            return BsonOrder.Compare(values[0], values[1]) <= 0 && BsonOrder.Compare(values[1], values[2]) <= 0 && BsonOrder.Compare(values[0], values[2]) <= 0;
        }, iter: 5_000);

    private static readonly Gen<BsonValue> Number = Gen.OneOf(
        Gen.Int.Select(i => (BsonValue)i),
        Gen.Int[-3, 3].Select(i => (BsonValue)i),
        Gen.Long.Select(l => (BsonValue)l),
        Gen.Double.Select(d => (BsonValue)d),
        Gen.Select(Gen.Int[-12, 12], Gen.OneOf(1.0, 4.0, 10.0)).Select((n, d) => (BsonValue)(n / d)),
        Gen.Select(Gen.Long, Gen.Double[-0.5, 0.5]).Select((l, d) => (BsonValue)(l + d)),
        Gen.Decimal.Select(d => (BsonValue)new BsonDecimal128(d)),
        Gen.Select(Gen.Int[-120, 120], Gen.Int[-30, 30]).Select((c, e) => (BsonValue)new BsonDecimal128(Decimal128.Parse($"{c}E{e}"))));

    private static Gen<BsonValue> Value(int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Int[-2, 2].Select(i => (BsonValue)i),
            Gen.OneOf<BsonValue>(BsonNull.Value, BsonBoolean.True, BsonBoolean.False, BsonMinKey.Value, BsonMaxKey.Value, 0.5, 1L, double.NaN),
            Gen.String[Gen.Char['a', 'c'], 0, 3].Select(s => (BsonValue)s),
            Gen.Byte.Array[0, 2].Select(b => (BsonValue)new BsonBinaryData(b)));
        if (depth == 0) return leaf;
        var below = Value(depth - 1);
        return Gen.Frequency(
            (3, leaf),
            (1, below.Array[0, 3].Select(a => (BsonValue)new BsonArray(a))),
            (1, Gen.Select(Gen.OneOf("a", "b", ""), below).Array[0, 3].Select(f =>
                (BsonValue)new BsonDocument(allowDuplicateNames: true).AddRange(f.Select(e => new BsonElement(e.Item1, e.Item2))))));
    }

    private static int Oracle(BsonValue x, BsonValue y)
    {
        var ranks = Rank(x) - Rank(y);
        if (ranks != 0) return ranks;
        return x.BsonType switch
        {
            BsonType.Int32 or BsonType.Int64 or BsonType.Double => x.ToDouble().CompareTo(y.ToDouble()),
            BsonType.String => string.CompareOrdinal(x.AsString, y.AsString),
            BsonType.Boolean => x.AsBoolean.CompareTo(y.AsBoolean),
            BsonType.Binary => (x.AsByteArray.Length, Convert.ToHexString(x.AsByteArray)).CompareTo((y.AsByteArray.Length, Convert.ToHexString(y.AsByteArray))),
            BsonType.Document => Elements([.. x.AsBsonDocument], [.. y.AsBsonDocument]),
            BsonType.Array => Elements([.. x.AsBsonArray.Select((v, i) => new BsonElement($"{i}", v))], [.. y.AsBsonArray.Select((v, i) => new BsonElement($"{i}", v))]),
            _ => 0,
        };
    }

    private static int Elements(List<BsonElement> x, List<BsonElement> y)
    {
        for (var i = 0; i < Math.Min(x.Count, y.Count); i++)
        {
            var order = Rank(x[i].Value) - Rank(y[i].Value);
            if (order == 0) order = string.CompareOrdinal(x[i].Name, y[i].Name);
            if (order == 0) order = Oracle(x[i].Value, y[i].Value);
            if (order != 0) return order;
        }
        return x.Count - y.Count;
    }

    private static int Rank(BsonValue value) => value.BsonType switch
    {
        BsonType.MinKey => 0,
        BsonType.Null => 1,
        BsonType.Int32 or BsonType.Int64 or BsonType.Double => 2,
        BsonType.String => 3,
        BsonType.Document => 4,
        BsonType.Array => 5,
        BsonType.Binary => 6,
        BsonType.Boolean => 7,
        _ => 8,
    };

    /// <summary>Compares as fractions of big integers, infinities and NaN by class.</summary>
    private static int CompareRationals(BsonValue x, BsonValue y)
    {
        var (a, b) = (Class(x), Class(y));
        if (a != b || a != 0) return a.CompareTo(b);
        var ((n, d), (m, e)) = (Fraction(x), Fraction(y));
        return (n * e).CompareTo(m * d);
    }

    private static int Class(BsonValue value) => value is not BsonDouble d ? 0 : double.IsNaN(d.Value) ? -2 : double.IsInfinity(d.Value) ? Math.Sign(d.Value) : 0;

    private static (BigInteger Numerator, BigInteger Denominator) Fraction(BsonValue value)
    {
        switch (value)
        {
            case BsonDouble { Value: var number }:
                // Doubling is exact until there is no fraction left.
                var denominator = BigInteger.One;
                while (number != Math.Floor(number))
                {
                    if (Math.Abs(number) < double.MaxValue / 2) number *= 2;
                    denominator *= 2;
                }
                return (new BigInteger(number), denominator);
            case BsonDecimal128 { Value: var number }:
                var text = number.ToString();
                var exponent = 0;
                if (text.IndexOf('E', StringComparison.Ordinal) is var e and >= 0)
                {
                    exponent = int.Parse(text[(e + 1)..], System.Globalization.CultureInfo.InvariantCulture);
                    text = text[..e];
                }
                if (text.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0)
                {
                    exponent -= text.Length - dot - 1;
                    text = text.Remove(dot, 1);
                }
                var coefficient = BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
                return exponent >= 0 ? (coefficient * BigInteger.Pow(10, exponent), 1) : (coefficient, BigInteger.Pow(10, -exponent));
            default:
                return (value.ToInt64(), 1);
        }
    }
}
