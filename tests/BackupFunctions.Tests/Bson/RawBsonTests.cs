using BackupFunctions.Bson;
using CsCheck;
using MongoDB.Bson;
using static BackupFunctions.Tests.Mongo.Bson;

namespace BackupFunctions.Tests.Bson;

public class RawBsonTests
{
    private static readonly byte[] EveryType = Every();

    [Fact]
    public void Elements_put_together_again_are_the_same_document()
    {
        using var builder = new RawBsonBuilder(16);
        var names = new List<string>();
        foreach (var element in new RawElements(EveryType))
        {
            builder.Element(element.Whole);
            names.Add(element.NameText);
        }
        builder.ToArray().ShouldBe(EveryType);
        names.Count.ShouldBe(23);
        names[^1].ShouldBe("dbpointer");
    }

    [Fact]
    public void A_document_with_duplicate_names_keeps_both()
    {
        byte[] document = [17, 0, 0, 0, 0x10, (byte)'a', 0, 1, 0, 0, 0, 0x0A, (byte)'a', 0, 0x08, 0, 0];
        var text = new List<string>();
        Should.Throw<BackupException>(() => { foreach (var e in new RawElements(document)) text.Add($"{e.NameText}:{e.Type}"); });
        text.ShouldBe(["a:Int32", "a:Null"]);
    }

    [Fact]
    public void A_damaged_document_is_refused_and_never_read_past_its_end() =>
        Gen.Select(Gen.Int[0, EveryType.Length - 1], Gen.Byte).Sample((index, value) =>
        {
            var damaged = (byte[])EveryType.Clone();
            damaged[index] = value;
            try
            {
                var total = 5;
                foreach (var element in new RawElements(damaged)) total += element.Whole.Length;
                total.ShouldBe(damaged.Length);
            }
            catch (BackupException e)
            {
                e.Kind.ShouldBe(ErrorKind.Corrupt);
                e.Message.ShouldContain("offset");
            }
        });

    [Theory]
    [InlineData("")]
    [InlineData("05000000")]
    [InlineData("0600000000")]
    [InlineData("0500000001")]
    public void A_length_that_is_not_the_documents_is_refused(string hex) =>
        Should.Throw<BackupException>(() => { _ = new RawElements(Convert.FromHexString(hex)); }).Kind.ShouldBe(ErrorKind.Corrupt);

    [Fact]
    public void The_id_keeps_its_type_and_bytes()
    {
        foreach (var element in new RawElements(EveryType))
        {
            using var builder = new RawBsonBuilder();
            builder.Add("x", 1).Element([element.Whole[0], .. "_id\0"u8, .. element.Value]);
            var id = RawBson.Id(builder.Finish().Span).ShouldNotBeNull();
            RawBson.TryFind(id.Bytes().Span, "_id"u8, out var found).ShouldBeTrue();
            found.Value.SequenceEqual(element.Value).ShouldBeTrue(element.NameText);
            found.Type.ShouldBe(element.Type);
        }
        RawBson.Id(Bytes("{a: 1}")).ShouldBeNull();
    }

    [Theory]
    [InlineData("{a: 1, _id: 2, b: 3}", "{_id: 2, a: 1, b: 3}")]
    [InlineData("{_id: 2, a: 1}", "{_id: 2, a: 1}")]
    [InlineData("{a: 1}", "{a: 1}")]
    public void Id_goes_first_as_the_server_stores_it(string document, string stored) =>
        RawBson.WithIdFirst(Bytes(document)).ToArray().ShouldBe(Bytes(stored));

    [Fact]
    public void The_builder_writes_what_the_driver_writes()
    {
        using var builder = new RawBsonBuilder(16);
        builder.Add("i", 7).Add("l", 1L << 40).Add("t", true).Add("s", "ä\n").BeginDocument("d").Add("x", 1).End().BeginArray("a");
        for (var i = 0; i < 12; i++) builder.Item(Bytes("{n: 1}"));
        var expected = new BsonDocument
        {
            { "i", 7 }, { "l", 1L << 40 }, { "t", true }, { "s", "ä\n" }, { "d", new BsonDocument("x", 1) },
            { "a", new BsonArray(Enumerable.Repeat(new BsonDocument("n", 1), 12)) },
        };
        builder.ToArray().ShouldBe(expected.ToBson());
    }

    [Fact]
    public void A_document_over_part_of_an_array_is_that_part()
    {
        var document = Bytes("{_id: 1, x: 'y'}");
        byte[] surrounded = [1, 2, 3, .. document, 4];
        RawBson.Document(surrounded.AsMemory(3, document.Length)).Bytes().ToArray().ShouldBe(document);
    }

    private static byte[] Every()
    {
        var document = new BsonDocument
        {
            { "double", BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_1234) }, { "string", "text" }, { "document", new BsonDocument("a", 1) },
            { "array", new BsonArray { 1, "b" } }, { "binary", new BsonBinaryData([1, 2, 3], BsonBinarySubType.UserDefined) },
            { "undefined", BsonUndefined.Value }, { "oid", ObjectId.Parse("0123456789abcdef01234567") }, { "true", true }, { "false", false },
            { "date", new BsonDateTime(long.MaxValue) }, { "null", BsonNull.Value }, { "regex", new BsonRegularExpression("a.b", "im") },
            { "code", new BsonJavaScript("f()") }, { "symbol", BsonSymbol.Create("sym") },
            { "scoped", new BsonJavaScriptWithScope("g()", new BsonDocument("x", 1)) }, { "int", 5 }, { "timestamp", new BsonTimestamp(1, 2) },
            { "long", 6L }, { "decimal", Decimal128.Parse("1.50") }, { "min", BsonMinKey.Value }, { "max", BsonMaxKey.Value }, { "", "no name" },
        };
        using var builder = new RawBsonBuilder();
        foreach (var element in new RawElements(document.ToBson())) builder.Element(element.Whole);
        byte[] pointer = [0x0C, .. "dbpointer\0"u8, 2, 0, 0, 0, (byte)'c', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        return builder.Element(pointer).ToArray();
    }
}
