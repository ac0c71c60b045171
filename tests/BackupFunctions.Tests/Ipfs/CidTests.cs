using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

public sealed class CidTests
{
    [Theory]
    [InlineData("", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")]
    [InlineData("x", "bafkreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsiqe")]
    public void Raw_blocks_have_the_cids_that_kubo_gives(string content, string cid)
    {
        var raw = Cid.Raw(System.Text.Encoding.ASCII.GetBytes(content));
        raw.ToString().ShouldBe(cid);
        Cid.Parse(cid).ShouldBe(raw);
        Cid.FromBytes(raw.ToArray()).ShouldBe(raw);
    }

    [Theory]
    [InlineData("zdj7WW31WnhvFY7ChJMap3QQndp2XNWTyeYyntrA4KeBrGo3t", "bafybeiai72nngo3n24mqhqozjcwpz3d6ckas6hz663ka4pplrwk45qs3a4")]
    public void Base58btc_is_read_as_the_same_CID(string base58, string base32) => Cid.Parse(base58).ShouldBe(Cid.Parse(base32));

    [Theory]
    [InlineData("zdj7WW31WnhvFY7ChJMap3QQndp2XNWTyeYyntrA4KeBrGo30")]
    [InlineData("zdj7WW31WnhvFY7ChJMap3QQndp2XNWTyeYyntrA4KeBrGo3")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("")]
    [InlineData("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")]
    [InlineData("bafkqaaa")]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykv")]
    [InlineData("BAFKREIHDWDCEFGH4DQKJV67UZCMW7OJEE6XEDZDETOJUZJEVTENXQUVYKU")]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku=")]
    public void Other_texts_are_refused(string text)
    {
        Cid.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => Cid.Parse(text));
    }
}
