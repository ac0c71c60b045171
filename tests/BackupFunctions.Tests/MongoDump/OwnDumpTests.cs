using System.Buffers.Binary;
using System.IO.Compression;
using BackupFunctions.MongoDump;

namespace BackupFunctions.Tests.MongoDump;

/// <summary>The output of mongodump 100.18 that the repository holds.</summary>
public class OwnDumpTests
{
    [Fact]
    public async Task The_directory_gives_every_file_byte_for_byte()
    {
        var (source, sink) = await CollectingSink.Read(TestDumps.Ours("directory"));
        source.Describe.ShouldBe("mongodump directory");
        source.ServerVersion.ShouldBe("5.0.0");
        source.Warnings.ShouldBeEmpty();
        source.HasOplog.ShouldBeFalse();
        source.Collections.Select(c => c.ToString()).ShouldBe([
            "blobs.chunks", "empty.nothing", "logs.events", "odd.a%b", "odd.a.b", "odd.a/b", "odd.pl+us", "odd.q?x&y=z", "odd.star*", "odd.types", "odd.with:colon",
            "odd.ü ñ", "shop.customers", "shop.orders",
        ]);
        sink.Total.ShouldBe(18822);
        foreach (var collection in source.Collections)
        {
            var file = TestDumps.Ours("directory", collection.Database, CollectionFileName.Escape(collection.Name) + ".bson");
            var expected = await File.ReadAllBytesAsync(file);
            sink.Joined(collection.ToString()).AsSpan().SequenceEqual(expected).ShouldBeTrue(collection.ToString());
        }
    }

    [Fact]
    public async Task The_archive_holds_the_same_as_the_directory()
    {
        var (archive, archived) = await CollectingSink.Read(TestDumps.Ours("all.archive.gz"));
        var (directory, filed) = await CollectingSink.Read(TestDumps.Ours("directory"));
        archive.Describe.ShouldBe("mongodump archive (gzip)");
        archive.ServerVersion.ShouldBe("5.0.0");
        Described(archive).ShouldBe(Described(directory));
        Same(archived, filed);
    }

    [Fact]
    public async Task The_gzip_directory_holds_the_same_as_the_directory()
    {
        var (packed, one) = await CollectingSink.Read(TestDumps.Ours("directory-gzip"));
        var (database, two) = await CollectingSink.Read(TestDumps.Ours("directory-gzip", "shop"));
        var (plain, three) = await CollectingSink.Read(TestDumps.Ours("directory", "shop"));
        packed.Describe.ShouldBe("mongodump directory (gzip)");
        database.Describe.ShouldBe("mongodump database directory (gzip)");
        plain.Describe.ShouldBe("mongodump database directory");
        new[] { packed, database, plain }.ShouldAllBe(s => s.ServerVersion == "5.0.0" && s.Warnings.Count == 0);
        Described(packed).ShouldBe(Described(plain));
        Described(database).ShouldBe(Described(plain));
        Same(one, two);
        Same(two, three);
    }

    [Fact]
    public async Task An_archive_of_one_collection_holds_it()
    {
        var (source, sink) = await CollectingSink.Read(TestDumps.Ours("shop.archive"));
        source.Describe.ShouldBe("mongodump archive");
        source.Collections.ShouldHaveSingleItem().Indexes.Count.ShouldBe(3);
        var file = await File.ReadAllBytesAsync(TestDumps.Ours("directory", "shop", "orders.bson"));
        sink.Joined("shop.orders").AsSpan().SequenceEqual(file).ShouldBeTrue();
        sink.Calls.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData("all.archive.gz")]
    [InlineData("shop.archive")]
    public async Task Any_changed_document_byte_fails_the_checksum(string name)
    {
        using var directory = new TemporaryDirectory();
        var bytes = await File.ReadAllBytesAsync(TestDumps.Ours(name));
        if (name.EndsWith(".gz", StringComparison.Ordinal)) bytes = Unpack(bytes);
        // a byte inside the binary data of the last document: the structure stays valid
        var at = bytes.AsSpan().LastIndexOf("status"u8) + "status".Length + 5;
        bytes[at] ^= 1;
        var error = await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Write("changed.archive", bytes)));
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain("checksum");
    }

    [Theory]
    [InlineData("all.archive.gz", "cut.gz")]
    [InlineData("directory-gzip/shop/customers.bson.gz", "shop/customers.bson.gz")]
    [InlineData("directory-gzip/shop/customers.metadata.json.gz", "shop/customers.metadata.json.gz")]
    public async Task Truncated_and_changed_gzip_files_are_refused(string original, string name)
    {
        using var directory = new TemporaryDirectory();
        var bytes = await File.ReadAllBytesAsync(TestDumps.Ours(original.Split('/')));
        var changed = bytes.ToArray();
        changed[^7] ^= 1;
        foreach (var broken in new[] { bytes[..^1], bytes[..^9], bytes[..(bytes.Length / 2)], changed, [.. bytes, 0] })
        {
            directory.Write(name, broken);
            var path = name == "cut.gz" ? directory.Sub(name) : directory.Path;
            (await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(path))).Kind.ShouldBe(ErrorKind.Corrupt);
        }
        directory.Write(name, bytes);
        await CollectingSink.Read(name == "cut.gz" ? directory.Sub(name) : directory.Path);
    }

    [Fact]
    public async Task Checksums_in_the_archive_are_those_of_the_documents()
    {
        var bytes = Unpack(await File.ReadAllBytesAsync(TestDumps.Ours("all.archive.gz")));
        var (source, sink) = await CollectingSink.Read(TestDumps.Ours("directory"));
        foreach (var collection in source.Collections)
        {
            var crc = new Crc64();
            foreach (var document in sink.Documents[collection.ToString()]) crc.Append(document);
            var stored = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(stored, crc.Value);
            bytes.AsSpan().IndexOf([.. "CRC\0"u8, .. stored]).ShouldBeGreaterThan(0, collection.ToString());
        }
    }

    private static byte[] Unpack(byte[] gzip)
    {
        using var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static IEnumerable<string> Described(IDumpSource source) => source.Collections.Select(
        c => $"{c} {c.Type} {c.Uuid} {(c.Options is null ? "" : ExtendedJson.WriteCanonical(c.Options))} {string.Join(',', c.Indexes.Select(ExtendedJson.WriteCanonical))}");

    private static void Same(CollectingSink one, CollectingSink two)
    {
        one.Documents.Keys.Order().ShouldBe(two.Documents.Keys.Order());
        foreach (var name in one.Documents.Keys) one.Joined(name).AsSpan().SequenceEqual(two.Joined(name)).ShouldBeTrue(name);
    }
}
