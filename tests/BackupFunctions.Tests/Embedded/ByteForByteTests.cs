using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class ByteForByteTests
{
    private static readonly byte[] Odd = RawBytes.Document(
        (0x10, "_id", RawBytes.Int(1)),
        (0x10, "twice", RawBytes.Int(1)),
        (0x02, "twice", RawBytes.Text("again")),
        (0x01, "nan with payload", BitConverter.GetBytes(0x7ff8dead_beef0001UL)),
        (0x01, "signalling nan", BitConverter.GetBytes(0x7ff0000000000001UL)),
        (0x01, "negative zero", BitConverter.GetBytes(-0.0)),
        (0x13, "decimal nan with payload", [.. BitConverter.GetBytes(77UL), .. BitConverter.GetBytes(0x7c00UL << 48)]),
        (0x13, "decimal 1.50", [.. BitConverter.GetBytes(150UL), .. BitConverter.GetBytes(0x303CUL << 48)]),
        (0x09, "date out of range", BitConverter.GetBytes(long.MaxValue)),
        (0x06, "undefined", []),
        (0x0c, "pointer", [.. RawBytes.Text("db.c"), .. new byte[12]]),
        (0x0e, "symbol", RawBytes.Text("s")),
        (0x0d, "code", RawBytes.Text("f()")),
        (0x0f, "scoped", RawBytes.CodeWithScope("g()", RawBytes.Document((0x0c, "p", [.. RawBytes.Text("x"), .. new byte[12]])))),
        (0x05, "old binary", RawBytes.Binary(2, 1, 0, 0, 0, 9)),
        (0x0b, "regex", RawBytes.CStrings("a.*b", "ix")),
        (0x04, "array with wrong names", RawBytes.Document((0x10, "5", RawBytes.Int(1)), (0x10, "x", RawBytes.Int(2)))),
        (0x03, "deep", RawBytes.Document((0x03, "", RawBytes.Document((0x06, "u", []))))),
        (0x02, "not utf-8", [2, 0, 0, 0, 0xff, 0]),
        (0x10, "", RawBytes.Int(0)));

    [Theory]
    [InlineData("{find: 'c'}")]
    [InlineData("{find: 'c', filter: {twice: 1}}")]
    [InlineData("{find: 'c', hint: {_id: 1}, min: {_id: 1}, max: {_id: 2}}")]
    [InlineData("{find: 'c', sort: {'negative zero': 1, symbol: -1}}")]
    [InlineData("{find: 'v'}")]
    public void Odd_documents_come_back_as_they_went_in(string find)
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", Odd)["n"].AsInt32.ShouldBe(1);
        server.Run("{create: 'v', viewOn: 'c', pipeline: [{$match: {_id: 1}}]}");
        server.FindRaw(BsonDocument.Parse(find)).Single().ShouldBe(Odd);
    }

    [Fact]
    public void The_oplog_holds_the_bytes_of_an_insert()
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", Odd);
        var entry = server.FindRaw(BsonDocument.Parse("{find: 'oplog.rs', sort: {$natural: -1}, limit: 1}"), "local").Single();
        entry.AsSpan().IndexOf(Odd).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void An_update_keeps_the_bytes_of_what_it_does_not_touch()
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", Odd);
        server.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {added: 5}}}]}")["nModified"].AsInt32.ShouldBe(1);
        server.FindRaw(BsonDocument.Parse("{find: 'c'}")).Single().AsSpan()[4..^1].StartsWith(Odd.AsSpan()[4..^1]).ShouldBeTrue();
        // Names that repeat cannot be told apart in a delta, so that the entry is the whole document.
        server.FindRaw(BsonDocument.Parse("{find: 'oplog.rs', sort: {$natural: -1}, limit: 1}"), "local").Single().AsSpan().IndexOf(Odd.AsSpan()[4..^1]).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 0x10, (byte)'a', 0, 0 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 0x77, (byte)'a', 0, 0 })]
    [InlineData(new byte[] { 8, 0, 0, 0, 0x0a, (byte)'a', (byte)'b', 0 })]
    public void Bytes_that_are_no_document_are_refused(byte[] bytes)
    {
        var server = new EmbeddedServer();
        var padded = bytes.Length < 5 ? [.. bytes, 1] : bytes;
        server.InsertRaw("c", padded)["writeErrors"][0]["code"].AsInt32.ShouldBe(22);
    }
}
