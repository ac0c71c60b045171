using BackupFunctions.Bson;
using CsCheck;
using static BackupFunctions.Tests.MongoDump.BsonSamples;

namespace BackupFunctions.Tests.Bson;

public class BsonValidatorTests
{
    [Fact]
    public void Every_type_is_accepted() => Documents.Sample(bson => BsonValidator.Validate(bson, arrayNames: true) is null);

    [Fact]
    public void Any_prefix_is_refused() =>
        Documents.Sample(bson => Enumerable.Range(0, bson.Length).All(length => BsonValidator.Validate(bson.AsSpan(0, length)) is not null));

    [Fact]
    public void Any_bytes_end_without_an_exception() =>
        Gen.Select(Documents, Gen.Int[0, 1000], Gen.Byte).Sample((bson, at, b) =>
        {
            bson[at % bson.Length] ^= b;
            var fault = BsonValidator.Validate(bson, arrayNames: true);
            return fault is null || (fault.Value.Offset >= 0 && fault.Value.Offset <= bson.Length);
        });

    public static TheoryData<string, string> Faults => new()
    {
        { "04000000", "shorter than 5" },
        { "0600000000", "states a length of 6 bytes but has 5" },
        { "0500000001", "not closed by a zero byte" },
        { "080000000a610000", "" },
        { "080000000a616200", "field name is not closed" },
        { "08000000aa610000", "type 0xaa is unknown" },
        { "0900000008610002" + "00", "boolean is neither 0 nor 1" },
        { "0e00000002610064000000" + "6200" + "00", "length 100 is impossible" },
        { "0e00000002610002000000" + "6263" + "00", "string is not closed" },
        { "0e00000002610000000000" + "6200" + "00", "length 0 is impossible" },
        { "0c0000000b61006162" + "63" + "6400", "pattern is not closed" },
        { "0a0000001061000000" + "00", "value is cut off" },
        { "0d000000056100ffffffff00" + "00", "length -1 is impossible" },
        { "0b0000000a610000" + "0a62" + "00", "ends before its length" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_named(string hex, string problem)
    {
        var fault = BsonValidator.Validate(Convert.FromHexString(hex));
        if (problem.Length == 0) fault.ShouldBeNull();
        else fault.ShouldNotBeNull().Problem.ShouldContain(problem);
    }

    [Fact]
    public void Nesting_is_limited_to_200_levels()
    {
        var bson = Document();
        for (var i = 0; i < 200; i++) bson = Document(Element("a", Value(3, bson)));
        BsonValidator.Validate(bson).ShouldBeNull();
        BsonValidator.Validate(Document(Element("a", Value(3, bson)))).ShouldNotBeNull().Problem.ShouldContain("deeper than 200");
    }

    [Fact]
    public void Array_names_are_checked_only_when_asked_for()
    {
        var bson = Document(Element("a", Value(4, Document(Element("0", Value(10)), Element("2", Value(10))))));
        BsonValidator.Validate(bson).ShouldBeNull();
        BsonValidator.Validate(bson, arrayNames: true).ShouldNotBeNull().Problem.ShouldBe("element 1 of an array is named '2'");
    }
}
