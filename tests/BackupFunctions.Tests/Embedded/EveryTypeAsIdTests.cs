using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class EveryTypeAsIdTests
{
    private static readonly byte[][] Documents = [.. RawBytes.Ordered.Select((v, i) => RawBytes.Document((v.Type, "_id", v.Value), (0x10, "n", RawBytes.Int(i))))];

    [Fact]
    public void The_id_index_gives_every_document_in_order_byte_for_byte()
    {
        var server = Filled();
        server.FindRaw(BsonDocument.Parse("{find: 'c', hint: {_id: 1}, batchSize: 7}")).ShouldBe(Documents);
        server.FindRaw(BsonDocument.Parse("{find: 'c', sort: {_id: -1}}")).ShouldBe(Documents.Reverse());
    }

    [Fact]
    public void Ranges_that_meet_lose_nothing_and_repeat_nothing()
    {
        var server = Filled();
        for (var cut = 0; cut <= Documents.Length; cut += 3)
        {
            for (var width = 1; width < 12; width += 5)
            {
                var (from, to) = (cut, Math.Min(cut + width, Documents.Length));
                if (from > 0 && from < Documents.Length) Range(server, null, Id(from)).ShouldBe(Documents[..from]);
                if (to < Documents.Length) Range(server, Id(from), Id(to)).ShouldBe(Documents[from..to]);
                if (from < Documents.Length) Range(server, Id(from), null).ShouldBe(Documents[from..]);
            }
        }
    }

    [Fact]
    public void Every_document_is_found_by_its_id()
    {
        var server = Filled();
        for (var i = 0; i < Documents.Length; i++)
        {
            // Null also finds what is missing, which no _id is; NaN finds NaN.
            Find(server, ("filter", Id(i))).ShouldBe([Documents[i]], $"document {i}");
        }
    }

    [Fact]
    public void Equal_numbers_of_other_types_are_the_same_id()
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", RawBytes.Document((0x10, "_id", RawBytes.Int(1))));
        server.InsertRaw("c", RawBytes.Document((0x12, "_id", BitConverter.GetBytes(1L))))["writeErrors"][0]["code"].AsInt32.ShouldBe(11000);
        server.InsertRaw("c", RawBytes.Document((0x01, "_id", BitConverter.GetBytes(1.0))))["writeErrors"][0]["code"].AsInt32.ShouldBe(11000);
        server.InsertRaw("c", RawBytes.Document((0x13, "_id", [.. BitConverter.GetBytes(10UL), .. BitConverter.GetBytes(0x303EUL << 48)])))["writeErrors"][0]["code"].AsInt32.ShouldBe(11000);
    }

    private static EmbeddedServer Filled()
    {
        var server = new EmbeddedServer();
        var random = new Random(5);
        var shuffled = Documents.ToArray();
        random.Shuffle(shuffled);
        server.InsertRaw("c", shuffled)["n"].AsInt32.ShouldBe(Documents.Length);
        return server;
    }

    private static byte[] Id(int index) => RawBytes.Document((RawBytes.Ordered[index].Type, "_id", RawBytes.Ordered[index].Value));

    private static List<byte[]> Range(EmbeddedServer server, byte[]? min, byte[]? max)
    {
        var bounds = new List<(string, byte[])> { ("hint", new BsonDocument("_id", 1).ToBson()) };
        if (min is not null) bounds.Add(("min", min));
        if (max is not null) bounds.Add(("max", max));
        return Find(server, [.. bounds]);
    }

    private static List<byte[]> Find(EmbeddedServer server, params (string Name, byte[] Value)[] fields)
    {
        var find = RawBytes.Document([(0x02, "find", RawBytes.Text("c")), .. fields.Select(f => ((byte)0x03, f.Name, f.Value))]);
        return server.FindRaw(new RawBsonDocument(find));
    }
}
