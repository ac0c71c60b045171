using BackupFunctions.Ipfs;
using CsCheck;

namespace BackupFunctions.Tests.Ipfs;

public sealed class DagPbTests
{
    private static readonly Cid s_cid = TestDag.Raw(1).Cid;

    // data after one link: 12 2b {0a 24 CID, 12 01 'a', 18 05} 0a 02 08 01
    private static readonly string s_link = "122b0a24" + Convert.ToHexStringLower(s_cid.ToArray()) + "1201611805";
    private static readonly string s_node = s_link + "0a020801";

    [Fact]
    public void A_node_has_its_links_first_and_its_data_last() =>
        Convert.ToHexStringLower(DagPb.Encode(new([new(s_cid, "a", 5)], new byte[] { 8, 1 })).Data.Span).ShouldBe(s_node);

    [Fact]
    public void Decoding_gives_what_was_encoded() =>
        Gen.Select(Gen.String, Gen.Long[0, long.MaxValue], (name, tsize) => (name: new string([.. name.Where(c => !char.IsSurrogate(c))]), tsize)).List[0, 20]
            .Select(Gen.Byte.Array[0, 50])
            .Sample((links, data) =>
            {
                var ordered = links.Select(l => new DagPbLink(s_cid, l.name, l.tsize))
                    .OrderBy(l => System.Text.Encoding.UTF8.GetBytes(l.Name), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).ToList();
                var block = DagPb.Encode(new(ordered, data));
                var node = DagPb.Decode(block.Data);
                node.Links.ShouldBe(ordered);
                node.Data.ToArray().ShouldBe(data);
                block.Cid.ShouldBe(Cid.DagPb(block.Data.Span));
            }, iter: 500);

    [Fact]
    public void Whatever_decodes_is_canonical_and_the_rest_is_a_format_error() =>
        Gen.Select(Gen.Int[0, s_node.Length / 2 - 1], Gen.Byte, Gen.Int[0, 3]).Sample((at, value, kind) =>
        {
            var bytes = Convert.FromHexString(s_node).ToList();
            if (kind == 0) bytes[at] = value;
            if (kind == 1) bytes.Insert(at, value);
            if (kind == 2) bytes.RemoveAt(at);
            if (kind == 3) bytes.RemoveRange(at, bytes.Count - at);
            DagPbNode node;
            try
            {
                node = DagPb.Decode(bytes.ToArray());
            }
            catch (FormatException e)
            {
                e.Message.ShouldNotBeEmpty();
                return;
            }
            DagPb.Encode(node).Data.ToArray().ShouldBe([.. bytes]);
        }, iter: 5000);

    public static TheoryData<string, string> Malformed => new()
    {
        { "empty", "" },
        { "data before links", "0a020801" + s_link },
        { "no data", s_link },
        { "data twice", s_node + "0a020801" },
        { "unknown field", s_node + "1a00" },
        { "wrong wire type", "0801" },
        { "data ends early", "0a030801" },
        { "length is not the shortest varint", "0a82000801" },
        { "length over 63 bits", "0affffffffffffffffff01" },
        { "link without hash", "1205120161" + "1805" + "0a00" },
        { "link without name", s_node.Replace("122b", "1228", StringComparison.Ordinal).Replace("120161", "", StringComparison.Ordinal) },
        { "link without Tsize", s_node.Replace("122b", "1229", StringComparison.Ordinal).Replace("1805", "", StringComparison.Ordinal) },
        { "name after Tsize", s_node.Replace("1201611805", "1805120161", StringComparison.Ordinal) },
        { "names out of order", s_link.Replace("120161", "120162", StringComparison.Ordinal) + s_node },
        { "name is not UTF-8", s_node.Replace("120161", "1201ff", StringComparison.Ordinal) },
        { "identity CID", "120d0a0401550000" + "1201611805" + "0a00" },
        { "CID with sha2-512", s_node.Replace("1220", "1320", StringComparison.Ordinal) },
        { "CID of dag-cbor", s_node.Replace("0155", "0171", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_node_that_is_not_canonical_is_refused(string why, string hex) =>
        Should.Throw<FormatException>(() => DagPb.Decode(Convert.FromHexString(hex)), why);

    [Theory]
    [InlineData("0801", "directory")]
    [InlineData("08021800", "an empty file")]
    [InlineData("0802180a20042006", "a file")]
    public void UnixFS_data_decodes_and_encodes(string hex, string what) =>
        Convert.ToHexStringLower(UnixFsData.Decode(Convert.FromHexString(hex)).Encode()).ShouldBe(hex, what);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("0800", "raw node")]
    [InlineData("0804", "symlink")]
    [InlineData("0805", "sharded directory")]
    [InlineData("08011800", "directory with a size")]
    [InlineData("0802", "file without a size")]
    [InlineData("0802120161180120 01", "inline bytes")]
    [InlineData("0802180a20042007", "sum over the size")]
    [InlineData("0802180a2004", "sum under the size")]
    [InlineData("0802180a2004200620 00", "empty block")]
    [InlineData("0802180a22020406", "packed sizes")]
    [InlineData("0802180a200420063801", "a mode")]
    [InlineData("0802180a20ffffffffffffffff7f20ffffffffffffffff7f200c", "sizes that wrap")]
    public void Other_UnixFS_data_is_refused(string hex, string why) =>
        Should.Throw<FormatException>(() => UnixFsData.Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))), why);

    [Fact]
    public void A_directory_is_ordered_by_the_bytes_of_its_names_and_knows_its_size()
    {
        // U+FFFD sorts before U+1F600 as UTF-8 and after it as UTF-16
        var entries = new[] { "b", "\U0001F600", "a", "\uFFFD", "B", "a.b" }.Select((name, i) => new UnixFsEntry(name, TestDag.Raw((byte)i).Cid, 10)).ToList();
        var (block, tsize) = UnixFsDirectory.Encode(entries);
        UnixFsDirectory.Decode(block.Data).Select(e => e.Name).ShouldBe(["B", "a", "a.b", "b", "\uFFFD", "\U0001F600"]);
        UnixFsDirectory.Encode(entries.AsEnumerable().Reverse()).Block.Cid.ShouldBe(block.Cid);
        tsize.ShouldBe(block.Data.Length + 60);
    }

    [Fact]
    public void The_empty_directory_is_the_known_one() =>
        UnixFsDirectory.Encode([]).Block.Cid.ToString().ShouldBe("bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354");

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    [InlineData("twice")]
    public void Unusable_names_are_refused(string name)
    {
        var links = new[] { name, "twice" }.Order(StringComparer.Ordinal).Select(n => new DagPbLink(s_cid, n, 1)).ToList();
        Should.Throw<ArgumentException>(() => UnixFsDirectory.Encode(links.Select(l => new UnixFsEntry(l.Name, l.Cid, l.Tsize))));
        var hostile = DagPb.Encode(new(links, UnixFsData.Directory.Encode()));
        Should.Throw<FormatException>(() => UnixFsDirectory.Decode(hostile.Data));
    }

    [Fact]
    public void A_directory_over_one_mebibyte_is_refused() =>
        Should.Throw<ArgumentException>(() => UnixFsDirectory.Encode(Enumerable.Range(0, 21_000).Select(i => new UnixFsEntry($"{i:d6}", s_cid, 1))));
}
