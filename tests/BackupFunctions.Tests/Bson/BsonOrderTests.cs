using BackupFunctions.Bson;
using CsCheck;
using MongoDB.Bson;
using static BackupFunctions.Tests.Mongo.Bson;

namespace BackupFunctions.Tests.Bson;

public class BsonOrderTests
{
    // ascending; values in one row are equal. From the manual's comparison order and the server's compareElements.
    private static readonly BsonValue[][] Ascending =
    [
        [BsonMinKey.Value],
        [BsonUndefined.Value],
        [BsonNull.Value],
        [double.NaN, Decimal128.QNaN],
        [double.NegativeInfinity, Decimal128.NegativeInfinity],
        [-1e300],
        [long.MinValue, -9223372036854775808.0],
        [-1.5, Decimal128.Parse("-1.50")],
        [-1],
        [0, 0L, -0.0, 0.0, Decimal128.Zero],
        [0.5],
        [1, 1L, 1.0, Decimal128.One],
        [9007199254740992.0, 9007199254740992L],
        [9007199254740993L],
        [long.MaxValue],
        [9223372036854775808.0],
        [double.PositiveInfinity, Decimal128.PositiveInfinity],
        [""],
        ["a", BsonSymbol.Create("a")],
        ["a\0"],
        ["aa"],
        ["b"],
        ["ä"],
        [new BsonDocument()],
        [new BsonDocument("a", 1), new BsonDocument("a", 1L)],
        [new BsonDocument { { "a", 1 }, { "b", 1 } }],
        [new BsonDocument("a", 2)],
        [new BsonDocument("b", 1)],
        [new BsonDocument("a", "x")],
        [new BsonArray { 1 }],
        [new BsonBinaryData([9], BsonBinarySubType.UserDefined)],
        [new BsonBinaryData([1, 2], BsonBinarySubType.Binary)],
        [new BsonBinaryData([1, 1], BsonBinarySubType.UserDefined)],
        [ObjectId.Parse("000000000000000000000001")],
        [ObjectId.Parse("ff0000000000000000000000")],
        [false],
        [true],
        [new BsonDateTime(-5)],
        [new BsonDateTime(5)],
        [new BsonTimestamp(1, 2)],
        [new BsonTimestamp(unchecked((int)0xFFFFFFFF), 0)],
        [new BsonRegularExpression("a", "")],
        [new BsonRegularExpression("a", "i")],
        [new BsonJavaScript("a")],
        [new BsonJavaScriptWithScope("a", [])],
        [new BsonJavaScriptWithScope("a", new BsonDocument("x", 1))],
        [BsonMaxKey.Value],
    ];

    [Fact]
    public void Every_pair_of_values_is_ordered_as_the_server_does()
    {
        for (var i = 0; i < Ascending.Length; i++)
        {
            for (var j = 0; j < Ascending.Length; j++)
            {
                foreach (var left in Ascending[i])
                {
                    foreach (var right in Ascending[j])
                        Math.Sign(BsonOrder.Instance.Compare(Id(left), Id(right))).ShouldBe(i.CompareTo(j), $"{left} ({left.BsonType}) and {right} ({right.BsonType})");
                }
            }
        }
    }

    [Fact]
    public void Integers_and_doubles_are_compared_without_rounding() =>
        Gen.Select(Gen.Long, Gen.Double).Sample((integer, real) =>
        {
            var expected = double.IsNaN(real) ? 1
                : double.IsInfinity(real) ? -Math.Sign(real)
                : new System.Numerics.BigInteger(integer).CompareTo(new System.Numerics.BigInteger(Math.Floor(real))) is var order and not 0 ? order
                : real > Math.Floor(real) ? -1 : 0;
            Math.Sign(BsonOrder.Instance.Compare(Id(integer), Id(real))).ShouldBe(Math.Sign(expected));
        });
}
