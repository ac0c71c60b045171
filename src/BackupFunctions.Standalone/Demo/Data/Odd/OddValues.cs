using BackupFunctions.Standalone.Demo.Data.Bson;
using static BackupFunctions.Standalone.Demo.Data.Odd.RawValue;

namespace BackupFunctions.Standalone.Demo.Data.Odd;

/// <summary>Every BSON type, with the values at its edges that decoding and encoding again would lose.</summary>
internal static class OddValues
{
    private static readonly byte[] Id = [0x67, 0xC2, 0x4B, 0x80, 1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly byte[] Uuid = [.. Enumerable.Range(16, 16).Select(i => (byte)i)];

    /// <summary>Values of every type, the deprecated ones among them; names are unique.</summary>
    public static IReadOnlyList<RawValue> All { get; } =
    [
        Double("double", 3.25), Double("double zero", 0.0), Double("double negative zero", -0.0), Double("double largest", double.MaxValue),
        Double("double smallest", double.Epsilon), Double("double infinity", double.PositiveInfinity), Double("double negative infinity", double.NegativeInfinity),
        Double("double nan", double.NaN), DoubleBits("double nan with payload", 0x7FF8_0000_DEAD_BEEF), DoubleBits("double signalling nan", 0x7FF0_0000_0000_0001),
        String("string", "text"), String("string empty", ""), String("string with zero", "a\0b"), String("string of many scripts", "Grüße, Ελλάδα, 日本, 👩‍🚀"),
        StringBytes("string that is no utf-8", [0xC3, 0x28, 0xFF, 0xFE]),
        Document("document", Nested()), Document("document empty", [5, 0, 0, 0, 0]), Document("document of duplicates", Duplicates()),
        RawValue.Array("array", Items()), RawValue.Array("array empty", [5, 0, 0, 0, 0]), RawValue.Array("array with wrong indexes", WrongIndexes()),
        Binary("binary", 0, [0, 1, 254, 255]), Binary("binary empty", 0, []), Binary("binary function", 1, [1, 2]), Binary("binary old", 2, [7, 8, 9]),
        Binary("binary old uuid", 3, Uuid), Binary("binary uuid", 4, Uuid), Binary("binary md5", 5, Uuid), Binary("binary of a user", 128, [1]), Binary("binary last subtype", 255, [2]),
        Bare("undefined", BsonTypeCode.Undefined), ObjectId("objectid", Id), ObjectId("objectid zero", new byte[12]),
        RawValue.Boolean("true", true), RawValue.Boolean("false", false),
        Date("date", 1_740_787_200_123), Date("date before 1970", -1), Date("date before calendars", -62_135_596_800_001), Date("date after calendars", 253_402_300_800_000),
        Date("date first", long.MinValue), Date("date last", long.MaxValue),
        Bare("null", BsonTypeCode.Null), Regex("regex", "^a.*b$", "im"), Regex("regex empty", "", ""), Regex("regex with unsorted options", "x", "xsmi"),
        DbPointer("dbpointer", "shop.customers", Id), Code("code", "function () { return 1; }"), Code("code empty", ""), Symbol("symbol", "a symbol"),
        CodeWithScope("code with scope", "x + y", Nested()), CodeWithScope("code with empty scope", "", [5, 0, 0, 0, 0]),
        Int32("int32", 42), Int32("int32 first", int.MinValue), Int32("int32 last", int.MaxValue), Timestamp("timestamp", (1_740_787_200UL << 32) | 7),
        Timestamp("timestamp last", ulong.MaxValue), Int64("int64", 42), Int64("int64 first", long.MinValue), Int64("int64 last", long.MaxValue),
        Int64("int64 beyond double", 9_007_199_254_740_993), Decimal("decimal", Decimal128.Encode(12345, -2)), .. Decimals, Bare("minkey", BsonTypeCode.MinKey), Bare("maxkey", BsonTypeCode.MaxKey),
    ];

    /// <summary>Decimals that differ from each other in value.</summary>
    public static IReadOnlyList<RawValue> Decimals =>
    [
        Decimal("decimal nan", Decimal128.NaN), Decimal("decimal infinity", Decimal128.Infinity), Decimal("decimal negative infinity", Decimal128.NegativeInfinity),
        Decimal("decimal negative zero", Decimal128.NegativeZero(-3)), Decimal("decimal of 34 digits", Decimal128.Encode(Int128.Parse("9999999999999999999999999999999999", null), 0)),
        Decimal("decimal smallest", Decimal128.Encode(1, -6176)), Decimal("decimal largest", Decimal128.Encode(Int128.Parse("9999999999999999999999999999999999", null), 6111)),
        Decimal("decimal with trailing zeros", Decimal128.Encode(1_500, -3)), Decimal("decimal negative", Decimal128.Encode(-25, -1)),
    ];

    /// <summary>A document in which names occur twice, at both levels.</summary>
    public static byte[] Duplicates() => new DocumentBuilder().Start().Int32("a", 1).String("a", "two").Begin("a").Int32("b", 1).Int32("b", 2).End().Finish();

    // an empty timestamp is filled in by the server at the top level only, so it lives here
    private static byte[] Nested() => new DocumentBuilder().Start().Timestamp("empty timestamp", 0, 0).Begin("").String("", "empty names").End().Int32("a.b", 1).Int32("$c", 2).Finish();

    private static byte[] Items() => new DocumentBuilder().Start().Int32("0", 1).Null("1").Begin("2").Boolean("x", true).End().BeginArray("3").End().Finish();

    private static byte[] WrongIndexes() => new DocumentBuilder().Start().Int32("7", 1).Int32("x", 2).Int32("7", 3).Finish();
}
