using BackupFunctions.Embedded.Wire;
using CsCheck;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace BackupFunctions.Tests.Embedded.Wire;

public sealed class BsonStructureTests
{
    private static readonly BsonDocument EveryType = new()
    {
        { "double", 1.5 },
        { "string", "text\0with zero" },
        { "document", new BsonDocument { { "a", 1 }, { "", new BsonDocument() } } },
        { "array", new BsonArray { 1, "two", new BsonArray() } },
        { "binary", new BsonBinaryData([1, 2, 3], BsonBinarySubType.UserDefined) },
        { "undefined", BsonUndefined.Value },
        { "id", new ObjectId("0102030405060708090a0b0c") },
        { "boolean", true },
        { "date", new BsonDateTime(long.MinValue) },
        { "null", BsonNull.Value },
        { "regex", new BsonRegularExpression("^a", "im") },
        { "code", new BsonJavaScript("return 1") },
        { "symbol", (BsonSymbol)"symbol" },
        { "scope", new BsonJavaScriptWithScope("return x", new BsonDocument("x", 1)) },
        { "int", 1 },
        { "timestamp", new BsonTimestamp(1, 2) },
        { "long", 1L },
        { "decimal", Decimal128.Parse("1.5") },
        { "min", BsonMinKey.Value },
        { "max", BsonMaxKey.Value },
    };

    [Fact]
    public void Every_type_is_accepted_and_measured()
    {
        var bytes = EveryType.ToBson();
        BsonStructure.Check([.. bytes, 1, 2, 3]).ShouldBe(bytes.Length);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = EveryType.ToBson();
        for (var length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            Should.Throw<FormatException>(() => BsonStructure.Check(cut));
        }
    }

    [Fact]
    public void What_is_accepted_after_damage_can_be_read_by_the_driver_without_leaving_the_document() =>
        Gen.Select(Gen.Int[0, EveryType.ToBson().Length - 1], Gen.Byte, Gen.Int[0, EveryType.ToBson().Length - 1], Gen.Byte).Sample((at, value, then, other) =>
        {
            var bytes = EveryType.ToBson();
            bytes[at] = value;
            bytes[then] = other;
            int length;
            try
            {
                length = BsonStructure.Check(bytes);
            }
            catch (FormatException)
            {
                return;
            }

            // what the check leaves open is text that is not UTF-8, and values that only the driver finds odd
            try
            {
                using var reader = new BsonBinaryReader(new MemoryStream(bytes, 0, length));
                BsonDocumentSerializer.Instance.Deserialize(BsonDeserializationContext.CreateRoot(reader));
            }
            catch (Exception e)
            {
                e.ShouldNotBeAssignableTo<EndOfStreamException>();
            }
        });

    [Fact]
    public void Nesting_ends_at_200()
    {
        BsonStructure.Check(Nested(200)).ShouldBeGreaterThan(0);
        Should.Throw<FormatException>(() => BsonStructure.Check(Nested(201))).Message.ShouldContain("200");
    }

    private static byte[] Nested(int depth)
    {
        byte[] document = [5, 0, 0, 0, 0];
        for (var i = 0; i < depth; i++) document = [.. RawClient.Int32(document.Length + 8), 3, (byte)'a', 0, .. document, 0];
        return document;
    }
}
