using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.MongoDump;
using static BackupFunctions.Tests.MongoDump.BsonSamples;

namespace BackupFunctions.Tests.MongoDump;

public class DirectoryReadingTests
{
    private static readonly byte[] Metadata = Encoding.UTF8.GetBytes("""{"indexes":[]}""");

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using var directory = new TemporaryDirectory();
        var error = await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Sub("absent")));
        error.Kind.ShouldBe(ErrorKind.NotFound);
        error.Hint.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("a/b/c/d.bson")]
    [InlineData("photo.bin")]
    public async Task A_directory_that_is_no_dump_is_refused_with_a_hint(string file)
    {
        using var directory = new TemporaryDirectory();
        directory.Write(file, [1, 2, 3]);
        var error = await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Path));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Hint.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("empty", "")]
    [InlineData("text", "hello")]
    [InlineData("gzip", "\u001f\u008b")]
    public async Task A_file_that_is_no_archive_is_refused_with_a_hint(string name, string content)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write(name, Encoding.Latin1.GetBytes(content));
        var error = await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(file));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Hint.ShouldNotBeNull();
    }

    [Fact]
    public async Task Names_of_old_dumps_are_taken_as_they_are()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("db/raw ü.bson", WithId(1));
        directory.Write("db/$admin.system.users.bson", WithId(1));
        directory.Write("db/a%2Bb.bson", WithId(1));
        directory.Write("db/c+d.bson", WithId(1));
        directory.Write("db/e+f.bson", WithId(1));
        directory.Write("db/e+f.metadata.json", Encoding.UTF8.GetBytes("""{"indexes":[],"collectionName":"e+f"}"""));
        var (source, _) = await CollectingSink.Read(directory.Path);
        source.Collections.Select(c => c.Name).ShouldBe(["$admin.system.users", "a+b", "c d", "e+f", "raw ü"]);
        source.Collections[0].HoldsUsersOrRoles.ShouldBeTrue();
        source.Collections[1].HoldsUsersOrRoles.ShouldBeFalse();
    }

    [Fact]
    public async Task Views_have_no_documents_and_old_ones_are_known_by_their_options()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("db/new.metadata.json", Encoding.UTF8.GetBytes("""{"options":{"viewOn":"c","pipeline":[]},"indexes":[],"collectionName":"new","type":"view"}"""));
        directory.Write("db/old.metadata.json", Encoding.UTF8.GetBytes("""{"options":{"viewOn":"c","pipeline":[{"$match":{"a":{"$regex":"^x"}}}]},"indexes":[]}"""));
        var (source, sink) = await CollectingSink.Read(directory.Path);
        source.Collections.ShouldAllBe(c => c.Type == DumpCollection.View);
        sink.Total.ShouldBe(0);
    }

    [Fact]
    public async Task One_file_takes_its_database_from_its_directory_or_from_the_caller()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("shop/c.bson", WithId(1), WithId(2));
        directory.Write("shop/c.metadata.json", Encoding.UTF8.GetBytes("""{"options":{"capped":true},"indexes":[]}"""));
        directory.Write("shop/other.bson", WithId(1));
        var (source, sink) = await CollectingSink.Read(file);
        source.Collections.ShouldHaveSingleItem().ToString().ShouldBe("shop.c");
        source.Collections[0].Options.ShouldNotBeNull();
        sink.Total.ShouldBe(2);
        (await CollectingSink.Read(file, new() { Database = "x" })).Source.Collections[0].Database.ShouldBe("x");
    }

    [Fact]
    public async Task A_directory_name_that_no_database_can_have_is_refused_unless_a_name_is_given()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("my.dump/c.bson", WithId(1));
        (await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Sub("my.dump")))).Kind.ShouldBe(ErrorKind.Configuration);
        (await CollectingSink.Read(directory.Sub("my.dump"), new() { Database = "shop" })).Source.Collections[0].ToString().ShouldBe("shop.c");
    }

    [Theory]
    [InlineData("db/c.bson.gz", "holds the same collection")]
    [InlineData("db/%63.bson", "is in the dump twice")]
    public async Task Two_files_of_one_collection_are_refused(string second, string problem)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("db/c.bson", WithId(1));
        directory.Write(second, WithId(2));
        (await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Path))).Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("""{"options":5,"indexes":[]}""", "options is no document")]
    [InlineData("""{"indexes":{}}""", "indexes is no array")]
    [InlineData("""{"indexes":[1]}""", "an index is no document")]
    [InlineData("""{"indexes":[],"uuid":"xyz"}""", "uuid 'xyz' is not 32 hex digits")]
    [InlineData("not json", "read JSON at offset 0")]
    public async Task Broken_metadata_is_refused_with_its_file(string json, string problem)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("db/c.metadata.json", Encoding.UTF8.GetBytes(json));
        var error = await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Path));
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain(file);
        error.Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("prelude.json", "{", ErrorKind.Corrupt)]
    [InlineData("prelude.json.gz", "no gzip", ErrorKind.Corrupt)]
    public async Task A_broken_prelude_is_refused(string name, string content, ErrorKind kind)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("db/c.metadata.json", Metadata);
        directory.Write(name, Encoding.UTF8.GetBytes(content));
        (await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Path))).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task A_cut_name_without_metadata_is_refused()
    {
        using var directory = new TemporaryDirectory();
        directory.Write($"db/{CollectionFileName.Escape(new string('x', 250))}.bson", WithId(1));
        (await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(directory.Path))).Message.ShouldContain("no metadata tells the whole one");
    }

    [Fact]
    public async Task Documents_larger_than_the_window_and_many_small_ones_come_whole()
    {
        using var directory = new TemporaryDirectory();
        var large = Document(Element("_id", Value(16, Int32(1))), Element("b", Value(5, Int32(9_000_000), [0], new byte[9_000_000])));
        var small = Enumerable.Range(0, 2500).Select(WithId).ToArray();
        directory.Write("db/c.bson", [.. small, large, .. small, large, large]);
        var (_, sink) = await CollectingSink.Read(directory.Path);
        sink.Documents["db.c"].Count.ShouldBe(5003);
        sink.Documents["db.c"].Select(d => d.Length).ShouldBe([.. small.Select(d => d.Length), large.Length, .. small.Select(d => d.Length), large.Length, large.Length]);
        sink.Documents["db.c"][5000].ShouldBe(small[2499]);
    }

    [Fact]
    public async Task Cancelling_ends_the_reading()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("db/c.bson", WithId(1));
        using var cancelled = new CancellationTokenSource();
        var source = await DumpReader.Open(directory.Path, new DiskFiles());
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => source.ReadAll(new CollectingSink(), cancelled.Token));
    }
}
