using System.Text;
using BackupFunctions.Bson;
using BackupFunctions.MongoDump;
using CsCheck;
using MongoDB.Bson;
using static BackupFunctions.Tests.MongoDump.BsonSamples;

namespace BackupFunctions.Tests.MongoDump;

public class ExtendedJsonTests
{
    /// <summary>Value bytes in hex after the type, and the text that the Go driver gives (BSON corpus, and strconv's format G).</summary>
    public static TheoryData<byte, string, string> Vectors => new()
    {
        { 1, "000000000000f03f", """{"$numberDouble":"1.0"}""" },
        { 1, "000000000000f0bf", """{"$numberDouble":"-1.0"}""" },
        { 1, "0000000000000000", """{"$numberDouble":"0.0"}""" },
        { 1, "0000000000000080", """{"$numberDouble":"-0.0"}""" },
        { 1, "000000000000f87f", """{"$numberDouble":"NaN"}""" },
        { 1, "000000000000f07f", """{"$numberDouble":"Infinity"}""" },
        { 1, "000000000000f0ff", """{"$numberDouble":"-Infinity"}""" },
        { 1, "2a1bf5f41022b143", """{"$numberDouble":"1.2345678921232E+18"}""" },
        { 1, "00000000006af840", """{"$numberDouble":"100000.0"}""" },
        { 1, "0000000080842e41", """{"$numberDouble":"1E+06"}""" },
        { 1, "2d431cebe2361a3f", """{"$numberDouble":"0.0001"}""" },
        { 1, "f168e388b5f8e43e", """{"$numberDouble":"1E-05"}""" },
        { 1, "9a9999999999b93f", """{"$numberDouble":"0.1"}""" },
        { 1, "0100000000000000", """{"$numberDouble":"5E-324"}""" },
        { 16, "00000080", """{"$numberInt":"-2147483648"}""" },
        { 18, "0000000000000080", """{"$numberLong":"-9223372036854775808"}""" },
        { 9, "0028d3ed7cc7ffff", """{"$date":{"$numberLong":"-62135596800000"}}""" },
        { 9, "ffffffffffffff7f", """{"$date":{"$numberLong":"9223372036854775807"}}""" },
        { 5, "0300000000010203", """{"$binary":{"base64":"AQID","subType":"00"}}""" },
        { 5, "060000000202000000ffff", """{"$binary":{"base64":"//8=","subType":"02"}}""" },
        { 5, "0100000004aa", """{"$binary":{"base64":"qg==","subType":"04"}}""" },
        { 5, "0000000080", """{"$binary":{"base64":"","subType":"80"}}""" },
        { 6, "", """{"$undefined":true}""" },
        { 7, "507f1f77bcf86cd799439011", """{"$oid":"507f1f77bcf86cd799439011"}""" },
        { 8, "01", "true" },
        { 10, "", "null" },
        { 11, "612e6200696d00", """{"$regularExpression":{"pattern":"a.b","options":"im"}}""" },
        { 12, "02000000620056e1fc72e0c917e9c4714161", """{"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}}""" },
        { 13, "020000006100", """{"$code":"a"}""" },
        { 14, "020000006100", """{"$symbol":"a"}""" },
        { 15, "190000000500000061626364000c0000001078000100000000", """{"$code":"abcd","$scope":{"x":{"$numberInt":"1"}}}""" },
        { 17, "ffffffff01000000", """{"$timestamp":{"t":1,"i":4294967295}}""" },
        { 19, "01000000000000000000000000003e30", """{"$numberDecimal":"0.1"}""" },
        { 19, "0000000000000000000000000000007c", """{"$numberDecimal":"NaN"}""" },
        { 19, "00000000000000000000000000000078", """{"$numberDecimal":"Infinity"}""" },
        { 19, "000000000000000000000000000040b0", """{"$numberDecimal":"-0"}""" },
        { 19, "00000000000000000000000000007a2b", """{"$numberDecimal":"0E-611"}""" },
        { 19, "f2af967ed05c82de3297ff6fde3c4030", """{"$numberDecimal":"1234567890123456789012345678901234"}""" },
        { 19, "64000000000000000000000000002c30", """{"$numberDecimal":"1.00E-8"}""" },
        { 19, "0100000000000000000000000000fe5f", """{"$numberDecimal":"1E+6111"}""" },
        { 255, "", """{"$minKey":1}""" },
        { 127, "", """{"$maxKey":1}""" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Values_are_written_as_by_the_Go_driver_and_read_back(byte type, string hex, string json)
    {
        var bson = Document(Element("a", Value(type, Convert.FromHexString(hex))));
        ExtendedJson.WriteCanonical(new RawBsonDocument(bson)).ShouldBe($$"""{"a":{{json}}}""");
        Bytes($$"""{"a":{{json}}}""").ShouldBe(bson);
    }

    [Fact]
    public void Strings_escape_control_characters_and_line_separators_but_no_html()
    {
        var bson = Document(Element("k\"\u2028", Value(2, String("<>&'/\u007fé😀\"\\\b\f\n\r\t\u0000\u001f\u2028\u2029"))));
        ExtendedJson.WriteCanonical(new RawBsonDocument(bson))
            .ShouldBe("{\"k\\\"\\u2028\":\"<>&'/\u007fé😀\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u2028\\u2029\"}");
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_written_as_replacement_characters()
    {
        var bson = Document(Element("a", Value(2, Int32(5), [0xE2, 0x80, (byte)'x', 0xFF, 0])));
        ExtendedJson.WriteCanonical(new RawBsonDocument(bson)).ShouldBe("""{"a":"\ufffd\ufffdx\ufffd"}""");
    }

    [Fact]
    public void Every_document_comes_back_byte_for_byte() =>
        Documents.Sample(
            bson => Bytes(ExtendedJson.WriteCanonical(new RawBsonDocument(bson))).AsSpan().SequenceEqual(bson),
            iter: 2000, print: Convert.ToHexString);

    [Fact]
    public void The_driver_reads_what_is_written_as_the_same_document()
    {
        // an independent reader; the driver refuses UUID subtypes of other lengths and reads NaN and the old binary subtype differently
        var json = """{"d":1.5,"i":5,"l":{"$numberLong":"5"},"s":"x\u2028","n":null,"b":true,"a":[1,{"x":[]}],"o":{"$oid":"507f1f77bcf86cd799439011"},"t":{"$timestamp":{"t":4294967295,"i":1}},"r":{"$regularExpression":{"pattern":"a","options":"im"}},"e":{"$numberDecimal":"1.50E+3"},"c":{"$code":"f","$scope":{"x":1}},"m":{"$minKey":1},"g":{"$date":"2020-01-02T03:04:05.678Z"},"u":{"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"04"}}}""";
        var written = ExtendedJson.WriteCanonical(ExtendedJson.Parse(json));
        BsonDocument.Parse(written).ToBson().ShouldBe(Bytes(json));
    }

    [Theory]
    [InlineData("""{"v":1}""", 16, "01000000")]
    [InlineData("""{"v":-1}""", 16, "ffffffff")]
    [InlineData("""{"v":2147483648}""", 18, "0000008000000000")]
    [InlineData("""{"v":1.0}""", 1, "000000000000f03f")]
    [InlineData("""{"v":1e0}""", 1, "000000000000f03f")]
    [InlineData("""{"v":9223372036854775808}""", 1, "000000000000e043")]
    [InlineData("""{"v":{"$numberLong":7}}""", 18, "0700000000000000")]
    [InlineData("""{"v":{"$date":"1970-01-01T00:00:01Z"}}""", 9, "e803000000000000")]
    [InlineData("""{"v":{"$date":1000}}""", 9, "e803000000000000")]
    [InlineData("""{"v":{"$binary":"AQID","$type":"80"}}""", 5, "0300000080010203")]
    [InlineData("""{"v":{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"}}""", 5, "100000000400112233445566778899aabbccddeeff")]
    [InlineData("""{"v":{"$timestamp":{"i":2,"t":1}}}""", 17, "0200000001000000")]
    [InlineData("""{"v":{"$numberDouble":"-0"}}""", 1, "0000000000000080")]
    public void Relaxed_and_older_forms_are_read_with_their_exact_types(string json, byte type, string hex) =>
        Bytes(json).ShouldBe(Document(Element("v", Value(type, Convert.FromHexString(hex)))));

    [Fact]
    public void Query_operators_and_references_stay_documents()
    {
        const string Json = """{"v":{"$regex":"^a","$options":"i"},"r":{"$ref":"c","$id":{"$numberInt":"1"}},"t":{"$type":"string"},"e":{"$exists":true}}""";
        ExtendedJson.WriteCanonical(ExtendedJson.Parse(Json)).ShouldBe(Json);
    }

    [Fact]
    public void Order_duplicates_and_odd_names_are_kept()
    {
        const string Json = """{"b":true,"a":false,"b":null,"":{"-1.5":"x","a.b":[]}}""";
        ExtendedJson.WriteCanonical(ExtendedJson.Parse(Json)).ShouldBe(Json);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"a":1}x""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"{"a":"b"}":1}""")]
    [InlineData("""{"a":{"$numberInt":"2147483648"}}""")]
    [InlineData("""{"a":{"$numberInt":"x"}}""")]
    [InlineData("""{"a":{"$numberInt":"1","b":2}}""")]
    [InlineData("""{"a":{"$oid":"12"}}""")]
    [InlineData("""{"a":{"$oid":"zz7f1f77bcf86cd799439011"}}""")]
    [InlineData("""{"a":{"$date":{"x":1}}}""")]
    [InlineData("""{"a":{"$binary":{"base64":"!","subType":"00"}}}""")]
    [InlineData("""{"a":{"$timestamp":{"t":-1,"i":0}}}""")]
    [InlineData("""{"a":{"$numberDecimal":"x"}}""")]
    [InlineData("""{"a":{"$minKey":2}}""")]
    [InlineData("""{"a":{"$code":"x","b":1}}""")]
    [InlineData("""{"a\u0000b":1}""")]
    [InlineData("""{"a":"\ud800"}""")]
    public void What_is_no_Extended_JSON_is_refused_with_its_offset(string json) =>
        Should.Throw<FormatException>(() => ExtendedJson.Parse(json)).Message.ShouldStartWith("read JSON");

    [Fact]
    public void Depth_is_limited()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "{}" + new string('}', levels);
        Should.NotThrow(() => ExtendedJson.Parse(Nested(BsonValidator.MaxDepth)));
        Should.Throw<FormatException>(() => ExtendedJson.Parse(Nested(BsonValidator.MaxDepth + 1)));
        Should.Throw<FormatException>(() => ExtendedJson.Parse(Nested(100_000)));
    }

    [Fact]
    public void Bytes_that_are_no_document_are_not_written() =>
        Should.Throw<FormatException>(() => ExtendedJson.WriteCanonical(new RawBsonDocument([5, 0, 0, 0, 1])));

    private static byte[] Bytes(string json)
    {
        var slice = ExtendedJson.Parse(Encoding.UTF8.GetBytes(json)).Slice;
        var bytes = new byte[slice.Length];
        slice.GetBytes(0, bytes, 0, bytes.Length);
        return bytes;
    }
}
