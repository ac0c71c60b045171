using BackupFunctions.MongoDump;
using static BackupFunctions.Tests.MongoDump.BsonSamples;

namespace BackupFunctions.Tests.MongoDump;

/// <summary>Archives made block by block, each breaking one rule of the format.</summary>
public class ArchiveRuleTests
{
    private static readonly byte[] Magic = [0x6d, 0xe2, 0x99, 0x81];
    private static readonly byte[] Terminator = [0xff, 0xff, 0xff, 0xff];
    private static readonly byte[] Header = Document(Text("version", "0.1"), Text("server_version", "8.0.0"), Text("tool_version", "100.18.0"));
    private static readonly byte[] One = WithId(1), Two = WithId(2);

    [Fact]
    public async Task Interleaved_blocks_give_each_collection_its_documents()
    {
        var (source, sink) = await Read(
            Magic, Header, Listed("a"), Listed("b"), Terminator,
            Data("a"), One, Terminator, Data("b"), One, Two, Terminator, Data("a"), Two, Terminator, End("b", One, Two), End("a", One, Two));
        source.ServerVersion.ShouldBe("8.0.0");
        sink.Documents["db.a"].ShouldBe([One, Two]);
        sink.Documents["db.b"].ShouldBe([One, Two]);
        sink.Ended.ShouldBe(["db.b", "db.a"]);
    }

    [Fact]
    public async Task The_oplog_is_checked_and_left_out()
    {
        var oplog = Document(Text("db", ""), Text("collection", "oplog"), Text("metadata", ""), Text("type", ""));
        var (source, sink) = await Read(
            Magic, Header, Listed("a"), oplog, Terminator, Data("a"), Terminator, End("a"), Data("oplog", ""), One, Terminator, End("oplog", [One], ""));
        source.HasOplog.ShouldBeTrue();
        source.Collections.ShouldHaveSingleItem();
        source.Warnings.ShouldHaveSingleItem().ShouldContain("not replayed");
        sink.Total.ShouldBe(0);
    }

    [Fact]
    public async Task Profiler_data_is_left_out_and_told()
    {
        var (source, sink) = await Read(Magic, Header, Listed("system.profile"), Terminator, Data("system.profile"), One, Terminator, End("system.profile", One));
        source.Collections.ShouldBeEmpty();
        source.Warnings.ShouldHaveSingleItem().ShouldContain("system.profile");
        sink.Total.ShouldBe(0);
    }

    public static TheoryData<string, byte[][]> Broken => new()
    {
        { "checksum", [Data("a"), One, Terminator, End("a", Two)] },
        { "file ends before db.a", [Data("a"), One, Terminator] },
        { "file ends before db.a", [] },
        { "two terminators", [Data("a"), Terminator, Terminator, End("a")] },
        { "is at its end already", [Data("a"), Terminator, End("a"), Data("a"), One, Terminator] },
        { "is at its end already", [End("a"), End("a")] },
        { "is not in the prelude", [Data("z"), Terminator, End("z"), End("a")] },
        { "unknown field 'extra'", [Document(Text("db", "db"), Text("collection", "a"), Text("extra", "")), Terminator] },
        { "lacks a field", [Document(Text("db", "db"), Text("collection", "a")), Terminator] },
        { "documents follow the end", [End("a")[..^4], One, Terminator] },
        { "4 is neither a document length nor a terminator", [[4, 0, 0, 0]] },
        { "length 16793601 is not between", [Data("a"), [1, 0x40, 0, 1]] },
        { "file ends", [Data("a"), One] },
        { "file ends", [Data("a"), One[..^1]] },
        { "bytes are left over", [Data("a"), Terminator, End("a"), [1, 2]] },
        { "type 0xaa is unknown", [Data("a"), Document([0xaa, (byte)'x', 0]), Terminator] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_rule_ends_the_reading(string message, byte[][] blocks)
    {
        var error = await Should.ThrowAsync<BackupException>(() => Read([Magic, Header, Listed("a"), Terminator, .. blocks]));
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain(message);
        error.Message.ShouldContain("made.archive");
    }

    public static TheoryData<string, byte[][]> BrokenPreludes => new()
    {
        { "file ends", [Header] },
        { "file ends", [Header, Listed("a")] },
        { "there is none", [Terminator] },
        { "is not 0.1", [Document(Text("version", "0.2")), Terminator] },
        { "listed twice", [Header, Listed("a"), Listed("a"), Terminator] },
        { "has no name", [Header, Document(Text("db", "db")), Terminator] },
        { "cannot be a database", [Header, Document(Text("db", "../x"), Text("collection", "a"), Text("metadata", "")), Terminator] },
        { "read JSON", [Header, Document(Text("db", "db"), Text("collection", "a"), Text("metadata", "{")), Terminator] },
    };

    [Theory]
    [MemberData(nameof(BrokenPreludes))]
    public async Task A_broken_prelude_is_refused(string message, byte[][] blocks) =>
        (await Should.ThrowAsync<BackupException>(() => Read([Magic, .. blocks]))).Message.ShouldContain(message);

    private static async Task<(IDumpSource Source, CollectingSink Sink)> Read(params byte[][] blocks)
    {
        using var directory = new TemporaryDirectory();
        return await CollectingSink.Read(directory.Write("made.archive", blocks));
    }

    private static byte[] Listed(string name) =>
        Document(Text("db", "db"), Text("collection", name), Text("metadata", """{"indexes":[]}"""), Element("size", Value(16, Int32(0))), Text("type", "collection"));

    private static byte[] Data(string name, string database = "db") =>
        Document(Text("db", database), Text("collection", name), Element("EOF", Value(8, [0])), Element("CRC", Value(18, new byte[8])));

    private static byte[] End(string name, params byte[][] documents) => End(name, documents, "db");

    private static byte[] End(string name, byte[][] documents, string database)
    {
        var crc = new Crc64();
        foreach (var document in documents) crc.Append(document);
        var header = Document(Text("db", database), Text("collection", name), Element("EOF", Value(8, [1])), Element("CRC", Value(18, BitConverter.GetBytes(crc.Value))));
        return [.. header, .. Terminator];
    }

    private static byte[] Text(string name, string value) => Element(name, Value(2, String(value)));
}
