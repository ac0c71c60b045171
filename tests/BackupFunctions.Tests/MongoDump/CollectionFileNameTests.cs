using BackupFunctions.MongoDump;
using CsCheck;

namespace BackupFunctions.Tests.MongoDump;

public class CollectionFileNameTests
{
    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%b", "a%25b")]
    [InlineData("pl+us", "pl%2Bus")]
    [InlineData("star*", "star%2A")]
    [InlineData("with:colon", "with%3Acolon")]
    [InlineData("q?x&y=z", "q%3Fx%26y%3Dz")]
    [InlineData("ü ñ", "%C3%BC+%C3%B1")]
    [InlineData("a-b_c.d~e", "a-b_c.d~e")]
    [InlineData("$cmd", "%24cmd")]
    public void Names_are_escaped_as_by_mongodump_and_come_back(string collection, string stem)
    {
        CollectionFileName.Escape(collection).ShouldBe(stem);
        CollectionFileName.Unescape(stem).ShouldBe(collection);
    }

    [Theory]
    [InlineData("$admin.system.users")]
    [InlineData("100%")]
    [InlineData("50% off")]
    [InlineData("a:b")]
    [InlineData("raw ü")]
    [InlineData("%FF")]
    public void Names_that_no_escaping_gives_are_taken_as_they_are(string stem) => CollectionFileName.Unescape(stem).ShouldBe(stem);

    [Fact]
    public void Long_names_are_cut_to_238_bytes_with_the_hash_of_the_whole()
    {
        var name = $"a{string.Concat(Enumerable.Repeat("Very", 44))}LongCollectionNameConsistingOfExactlyTwoHundredAndFortySevenCharacters";
        var file = CollectionFileName.Escape(name);
        file.Length.ShouldBe(238);
        file.ShouldEndWith("LongCollectionNameConsistingOfE%24xFO0VquRn7cg3QooSZD5sglTddU"); // as mongodump 100.0 named it
        CollectionFileName.IsCut(file).ShouldBeTrue();
        CollectionFileName.IsCut(CollectionFileName.Escape(new string('x', 238))).ShouldBeFalse();
    }

    [Fact]
    public void Any_name_that_fits_comes_back() =>
        Gen.String[Gen.Char[' ', '\uD7FF'], 1, 24].Sample(name => CollectionFileName.Unescape(CollectionFileName.Escape(name)) == name);
}
