namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>Dumps that are not restored, each with an error of its own.</summary>
[Collection(ScratchServer.TestCollection)]
public class RefusedDumpTests
{
    /// <summary>Path, kind, what the message says, and the databases that must not appear.</summary>
    public static TheoryData<string, ErrorKind, string, string> BeforeAnything => new()
    {
        { "mongo-tools/archives/bad-format.archive", ErrorKind.Corrupt, "read collection metadata of test.ixtest", "test" },
        { "mongo-tools/dumps/usersdump", ErrorKind.NotFound, "nothing in it is to be restored; admin.system.roles is not restored: users and roles stay", "admin" },
        { "mongo-tools/archives", ErrorKind.Configuration, "it is no mongodump directory", "archives" },
        { "mongo-tools/dumps/absent", ErrorKind.NotFound, "there is no file, or the directory is empty", "absent" },
        { "mongo-tools/LICENSE.md", ErrorKind.Configuration, "it is no mongodump archive", "mongo-tools" },
    };

    [Theory]
    [MemberData(nameof(BeforeAnything))]
    public async Task A_dump_that_cannot_be_restored_is_refused_before_anything_is_written(string path, ErrorKind kind, string message, string database)
    {
        // skips where there is none
        var dump = DumpLibrary.Find(path);
        var databases = database == "admin" ? [] : new[] { database };
        await using var server = await ScratchServer.Start(databases, TestContext.Current.CancellationToken);
        using var bench = new Workbench(server, databases);
        var error = await Should.ThrowAsync<BackupException>(() => bench.RestoreDump(dump));
        error.Kind.ShouldBe(kind);
        error.Message.ShouldContain(message);
        if (kind != ErrorKind.Corrupt) error.Hint.ShouldNotBeNull();
        (await server.Read(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    /// <summary>Deliberately broken documents, and what is wrong with each.</summary>
    public static TheoryData<string, string> Broken => new()
    {
        { "bad_cstring.bson", "document 1 of bson.bad_cstring at offset 0" },
        { "bad_type.bson", "type 0xaa is unknown" },
        { "broken_array.bson", "document 12 of bson.broken_array at offset 561" },
        { "deep_nested.bson", "nested deeper than 200 levels" },
        { "invalid_field_name.bson", "document 5 of bson.invalid_field_name at offset 283" },
        { "partial_file.bson", "file ends after 13 of its 48 bytes" },
        { "random_bytes.bson", "length 1625369376 is not between 5 and 16793600" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Broken_documents_end_the_restore_and_only_whole_ones_before_them_were_loaded(string file, string message)
    {
        await using var server = await ScratchServer.Start(["bson"], TestContext.Current.CancellationToken);
        using var bench = new Workbench(server, ["bson"]);
        var path = DumpLibrary.Find($"mongo-tools/bson/{file}");
        var error = await Should.ThrowAsync<BackupException>(() => bench.RestoreDump(path));
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain(message);
        error.Message.ShouldContain(path);
        error.Hint.ShouldNotBeNull().ShouldContain("--drop");
        var original = Convert.ToHexString(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        var loaded = (await server.Read(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        // one of them has no _id and was given one
        loaded.Documents.Where(d => !original.Contains(Convert.ToHexString(d))).Count().ShouldBe(file == "invalid_field_name.bson" ? 1 : 0);
    }

    [Fact]
    public async Task Documents_without_an_id_are_told_of()
    {
        await using var server = await ScratchServer.Start(["bson"], TestContext.Current.CancellationToken);
        using var bench = new Workbench(server, ["bson"]);
        var summary = await bench.RestoreDump(DumpLibrary.Find("mongo-tools/bson/all_in_one_doc.bson"));
        summary.Warnings.ShouldHaveSingleItem().ShouldStartWith("bson.all_in_one_doc: 1 documents do not begin with _id");
    }

    [Fact]
    public async Task A_dump_is_not_loaded_over_documents_that_are_there()
    {
        await using var server = await ScratchServer.Start(["shop"], TestContext.Current.CancellationToken);
        using var bench = new Workbench(server, ["shop"]);
        await bench.RestoreDump(DumpLibrary.Find("directory-gzip"));
        var error = await Should.ThrowAsync<BackupException>(() => bench.RestoreDump(DumpLibrary.Find("directory-gzip")));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldBe("create shop.customers: it exists already");
    }
}
