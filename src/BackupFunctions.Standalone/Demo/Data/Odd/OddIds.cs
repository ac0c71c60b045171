using BackupFunctions.Standalone.Demo.Data.Bson;
using static BackupFunctions.Standalone.Demo.Data.Odd.RawValue;

namespace BackupFunctions.Standalone.Demo.Data.Odd;

/// <summary>
/// Every type that an <c>_id</c> may have, that is all but array, regex and undefined. No two are equal as servers compare: numbers by value
/// whatever their type, strings and symbols by text, every NaN to every other.
/// </summary>
internal static class OddIds
{
    private const int PerType = 320;

    /// <summary>Ids of all types, in the order of their numbers and not of their types.</summary>
    public static IEnumerable<RawValue> Mixed(SeededRandom random)
    {
        foreach (var single in Singles()) yield return single;
        for (var i = 0; i < PerType; i++)
        {
            foreach (var id in Row(random, i)) yield return id;
        }
    }

    private static IEnumerable<RawValue> Singles() =>
    [
        Bare("minkey", BsonTypeCode.MinKey), Bare("maxkey", BsonTypeCode.MaxKey), Bare("null", BsonTypeCode.Null),
        RawValue.Boolean("boolean", false), RawValue.Boolean("boolean", true),
        Double("double", double.NaN), Double("double", -0.0), Double("double", double.NegativeInfinity), Double("double", double.PositiveInfinity), Double("double", double.Epsilon),
        Int64("int64", long.MinValue), Int64("int64", long.MaxValue), Decimal("decimal", Decimal128.Encode(1, 6000)),
        String("string", ""), String("string", "a\0b"), String("string", "\uFFFF"), Document("document", [5, 0, 0, 0, 0]), Binary("binary", 0, []),
        ObjectId("objectid", new byte[12]), Timestamp("timestamp", 0), Timestamp("timestamp", ulong.MaxValue), Date("date", long.MinValue), Date("date", long.MaxValue), Code("code", ""),
    ];

    private static IEnumerable<RawValue> Row(SeededRandom random, int i)
    {
        var bytes = new byte[12];
        random.Fill(bytes);
        var pair = new DocumentBuilder().Start().Int32("n", i).String("of", random.Pick(Vocabulary.FirstNames)).Finish();
        return
        [
            Double("double", i + 0.5), Double("double", -(i + 0.5) * 1e12), Int32("int32", (2 * i) + 1), Int32("int32", -(2 * i) - 1), Int64("int64", (1L << 40) + i),
            Decimal("decimal", Decimal128.Encode((i * 100) + 25, -2)), String("string", $"{random.Pick(Vocabulary.LastNames)} {i}"), Symbol("symbol", $"symbol {i}"),
            Document("document", pair), Binary("binary", 0, [(byte)i, (byte)(i >> 8), .. bytes[..(i % 9)]]), Binary("uuid", 4, [.. bytes, (byte)i, (byte)(i >> 8), 0, 0]),
            ObjectId("objectid", bytes), Date("date", (i - 100) * 123_456_789_012L), Timestamp("timestamp", ((ulong)(i + 1) << 40) | (uint)i),
            DbPointer("dbpointer", $"demo.c{i % 3}", bytes), Code("code", $"return {i};"), CodeWithScope("code with scope", $"return n + {i};", pair),
        ];
    }
}
