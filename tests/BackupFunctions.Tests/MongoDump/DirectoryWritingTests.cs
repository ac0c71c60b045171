using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.MongoDump;
using MongoDB.Bson;
using static BackupFunctions.Tests.MongoDump.BsonSamples;

namespace BackupFunctions.Tests.MongoDump;

public class DirectoryWritingTests
{
    private static readonly DumpCollection Plain = new("db", "c", null, []);

    [Fact]
    public async Task What_mongodump_wrote_is_written_again_byte_for_byte()
    {
        using var directory = new TemporaryDirectory();
        var target = directory.Sub("copy");
        await Copy(TestDumps.Ours("directory"), target);
        var original = Files(TestDumps.Ours("directory"));
        var copy = Files(target);
        copy.Keys.Order().ShouldBe(original.Keys.Order());
        foreach (var (name, bytes) in original) copy[name].AsSpan().SequenceEqual(bytes).ShouldBeTrue(name);
        Directory.GetFileSystemEntries(directory.Path).ShouldBe([target]);
    }

    [Fact]
    public async Task A_gzip_directory_gives_the_same_documents()
    {
        using var directory = new TemporaryDirectory();
        var target = directory.Sub("copy");
        await Copy(TestDumps.Ours("directory"), target, new() { Gzip = true });
        Files(target).Keys.ShouldAllBe(name => name.EndsWith(".gz"));
        Files(target).Keys.ShouldContain("prelude.json.gz");
        var (source, copied) = await CollectingSink.Read(target);
        var (_, original) = await CollectingSink.Read(TestDumps.Ours("directory"));
        source.ServerVersion.ShouldBe("5.0.0");
        foreach (var name in original.Documents.Keys) copied.Joined(name).AsSpan().SequenceEqual(original.Joined(name)).ShouldBeTrue(name);
    }

    [Fact]
    public void Metadata_has_the_keys_of_mongodump_in_its_order()
    {
        using var directory = new TemporaryDirectory();
        var options = ExtendedJson.Parse("""{"viewOn":"a","pipeline":[{"$match":{"n":{"$lt":1.0}}}]}""");
        using (var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles()))
        {
            writer.OpenCollection(new("db", "v/w", options, [], DumpCollection.View, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"))).Complete();
            writer.Complete("8.0.1", "x");
        }
        File.ReadAllText(directory.Sub("out", "db", "v%2Fw.metadata.json")).ShouldBe(
            """{"options":{"viewOn":"a","pipeline":[{"$match":{"n":{"$lt":{"$numberDouble":"1.0"}}}}]},"indexes":[],"uuid":"00112233445566778899aabbccddeeff","collectionName":"v/w","type":"view"}""");
        File.Exists(directory.Sub("out", "db", "v%2Fw.bson")).ShouldBeFalse();
        File.ReadAllText(directory.Sub("out", "prelude.json")).ShouldBe("""{"ServerVersion":"8.0.1","ToolVersion":"x"}""");
    }

    [Fact]
    public async Task Long_names_and_timeseries_come_back()
    {
        using var directory = new TemporaryDirectory();
        var name = string.Concat(Enumerable.Repeat("ü/%", 60));
        using (var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles()))
        {
            await Write(writer, new("db", name, null, []), One());
            await Write(writer, new("db", "ts", ExtendedJson.Parse("""{"timeseries":{"timeField":"t"}}"""), [], DumpCollection.Timeseries, null, "system.buckets.ts"), One());
            writer.Complete(null, "x");
        }
        Directory.GetFiles(directory.Sub("out", "db")).Select(Path.GetFileName).ShouldContain("system.buckets.ts.bson");
        var (source, sink) = await CollectingSink.Read(directory.Sub("out"));
        source.ServerVersion.ShouldBeNull();
        source.Collections.Select(c => c.Name).ShouldBe(["ts", name]);
        source.Collections[0].DataName.ShouldBe("system.buckets.ts");
        sink.Total.ShouldBe(2);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public void Database_names_that_leave_the_directory_are_refused(string database)
    {
        using var directory = new TemporaryDirectory();
        using (var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles()))
            Should.Throw<BackupException>(() => writer.OpenCollection(new(database, "c", null, []))).Kind.ShouldBe(ErrorKind.Configuration);
        Directory.GetFileSystemEntries(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_left_when_the_writing_fails()
    {
        using var directory = new TemporaryDirectory();
        using (var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles()))
        {
            await Write(writer, Plain, One());
            var open = writer.OpenCollection(new("db", "d", null, []));
            await open.Write(One(), CancellationToken.None);
            Should.Throw<InvalidOperationException>(() => writer.Complete(null, "x"));
            open.Dispose();
            Should.Throw<InvalidOperationException>(() => writer.Complete(null, "x"));
        }
        Directory.GetFileSystemEntries(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Options_that_Extended_JSON_cannot_say_are_refused()
    {
        using var directory = new TemporaryDirectory();
        var options = new RawBsonDocument(Document(Element("o", Value(3, Document(Element("$oid", Value(2, String("507f1f77bcf86cd799439011"))))))));
        using var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles());
        Should.Throw<BackupException>(() => writer.OpenCollection(new("db", "c", options, []))).Message.ShouldContain("do not survive Extended JSON");
    }

    [Fact]
    public async Task A_directory_in_use_is_refused_and_replaced_only_when_asked_for()
    {
        using var directory = new TemporaryDirectory();
        var old = directory.Write("out/notes.txt", Encoding.UTF8.GetBytes("keep"));
        Should.Throw<BackupException>(() => new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles())).Kind.ShouldBe(ErrorKind.Configuration);
        using (new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles(), new() { Overwrite = true })) File.Exists(old).ShouldBeTrue();
        File.Exists(old).ShouldBeTrue();
        using (var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles(), new() { Overwrite = true }))
        {
            await Write(writer, Plain, One());
            writer.Complete(null, "x");
        }
        File.Exists(old).ShouldBeFalse();
        Directory.GetFileSystemEntries(directory.Path).ShouldBe([directory.Sub("out")]);
        File.Exists(directory.Sub("out", "db", "c.bson")).ShouldBeTrue();
    }

    [Fact]
    public void An_empty_directory_is_taken_and_a_file_is_refused()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Sub("out"));
        using (var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles())) writer.Complete(null, "x");
        File.Exists(directory.Sub("out", "prelude.json")).ShouldBeTrue();
        Should.Throw<BackupException>(() => new DumpDirectoryWriter(directory.Sub("out", "prelude.json"), new DiskFiles()));
    }

    [Fact]
    public async Task What_a_killed_run_left_is_named()
    {
        using var directory = new TemporaryDirectory();
        using var killed = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles());
        await Write(killed, Plain, One());
        var error = Should.Throw<BackupException>(() => new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles()));
        error.Message.ShouldContain(".out.unfinished");
        error.Hint.ShouldNotBeNull();
    }

    [Fact]
    public void One_collection_is_not_written_twice()
    {
        using var directory = new TemporaryDirectory();
        using var writer = new DumpDirectoryWriter(directory.Sub("out"), new DiskFiles());
        writer.OpenCollection(Plain).Complete();
        Should.Throw<BackupException>(() => writer.OpenCollection(Plain)).Message.ShouldContain("taken by another collection");
    }

    private static ReadOnlyMemory<byte>[] One() => [WithId(1)];

    private static async Task Write(DumpDirectoryWriter writer, DumpCollection collection, IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        using var open = writer.OpenCollection(collection);
        await open.Write(documents, CancellationToken.None);
        open.Complete();
    }

    private static async Task Copy(string from, string to, DumpWriteOptions? options = null)
    {
        var (source, sink) = await CollectingSink.Read(from);
        using var writer = new DumpDirectoryWriter(to, new DiskFiles(), options);
        foreach (var collection in source.Collections)
            await Write(writer, collection, [.. sink.Documents[collection.ToString()].Select(d => (ReadOnlyMemory<byte>)d)]);
        writer.Complete(source.ServerVersion, "100.18.0");
    }

    private static Dictionary<string, byte[]> Files(string root) =>
        Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(root, f), File.ReadAllBytes);
}
