using BackupFunctions.MongoDump;

namespace BackupFunctions.Tests.MongoDump;

/// <summary>Dumps made by real tools, from 3.4 to 100.18.</summary>
public class RealDumpTests
{
    /// <summary>Path below shared/data/mongo-tools, what it is, its collections with document counts, and its server version.</summary>
    public static TheoryData<string, string, string, string?> Intact => new()
    {
        { "dumps/longcollectionname/db1", "mongodump database directory", "db1.aVery…:1", null },
        { "dumps/collMod_ttl_index", "mongodump directory", "admin.system.version:1 mongodump_test_db.coll1:10", null },
        { "dumps/indexmetadata", "mongodump directory", "indextest.test_coll_no_index_ns:100", null },
        { "dumps/usersdump", "mongodump directory", "admin.system.roles:1 admin.system.users:1 admin.system.version:2", null },
        { "dumps/duplicate_index_key", "mongodump directory", "indextest.duplicate_index_key:0", null },
        { "dumps/prelude_test/prelude_db_target", "mongodump directory", "test.foo:1", "7.0.16" },
        { "dumps/prelude_test/prelude_db_target/test", "mongodump database directory", "test.foo:1", "7.0.16" },
        { "dumps/prelude_test/prelude_top_level", "mongodump directory", "test.foo:1", "7.0.16" },
        { "dumps/prelude_test/prelude_top_level/test", "mongodump database directory", "test.foo:1", "7.0.16" },
        { "dumps/prelude_test/prelude_gzip", "mongodump directory (gzip)", "test.foo:1", "7.0.16" },
        { "dumps/prelude_test/prelude_gzip/test", "mongodump database directory (gzip)", "test.foo:1", "7.0.16" },
        { "dumps/prelude_test/server_version_unknown", "mongodump directory", "test.foo:1", null },
        { "dumps/timeseries", "mongodump directory", "admin.system.version:1 admin.system.views:0 timeseries_test.foo_ts:10", null },
        { "dumps/specialcharacter", "mongodump directory", "db1.cafés:1", null },
        { "dumps/coll_with_ttl_index", "mongodump directory", "test.foo:1", null },
        { "dumps/indextestdump", "mongodump directory", "indextest.test_collection:100", null },
        { "dumps/coll_with_index", "mongodump directory", "test.foo:1", null },
        { "dumps/longindextestdump", "mongodump directory", "longindextest.test_collection:100", null },
        { "dumps/foodump", "mongodump directory", "test.foo:1", null },
        { "dumps/oplogdump", "mongodump directory", "admin.system.version:1 db1.c1:5", null },
        { "dumps/testdirs", "mongodump directory", "db1.c1:100 db1.c2:0 db1.c3:0 db1.c4:10", null },
        { "archives/test.bar.archive", "mongodump archive", "admin.system.version:1 test.bar:1", "3.4.3" },
        { "archives/timeseries.archive", "mongodump archive", "admin.system.version:1 admin.system.views:0 timeseries_test.foo_ts:10", "5.0.0-rc0" },
        { "bson/all_types.bson", "BSON file", "bson.all_types:20", null },
        { "bson/all_in_one_doc.bson", "BSON file", "bson.all_in_one_doc:1", null },
        { "bson/sample.bson", "BSON file", "bson.sample:4", null },
    };

    [Theory]
    [MemberData(nameof(Intact))]
    public async Task Dumps_of_mongo_tools_are_read(string path, string describe, string collections, string? server)
    {
        var (source, sink) = await CollectingSink.Read(TestDumps.Shared($"mongo-tools/{path}"));
        source.Describe.ShouldBe(describe);
        source.ServerVersion.ShouldBe(server);
        string.Join(' ', source.Collections.Select(c => $"{(c.Name.Length > 60 ? $"{c.Database}.aVery…" : c.ToString())}:{sink.Documents[c.ToString()].Count}"))
            .ShouldBe(collections);
    }

    [Fact]
    public async Task A_cut_file_name_gives_the_whole_collection_name()
    {
        var (source, _) = await CollectingSink.Read(TestDumps.Shared("mongo-tools/dumps/longcollectionname"));
        source.Collections.ShouldHaveSingleItem().Name.Length.ShouldBe(247);
        source.Collections[0].Name.ShouldEndWith("ConsistingOfExactlyTwoHundredAndFortySevenCharacters");
        source.Warnings.ShouldHaveSingleItem().ShouldContain("someMadeUpInvalidHashString");
    }

    [Fact]
    public async Task What_does_not_belong_to_a_dump_is_told()
    {
        var (source, _) = await CollectingSink.Read(TestDumps.Shared("mongo-tools/dumps/testdirs"));
        source.HasOplog.ShouldBeTrue();
        source.ShouldBeOfType<DirectoryDump>().OplogPath.ShouldNotBeNull().ShouldEndWith("oplog.bson");
        foreach (var name in new[] { "badfile.txt", "baddir", "c1.bin", "c2.txt", "oplog.bson", "c3.metadata.json" })
            source.Warnings.ShouldContain(w => w.Contains(name));
        source.Warnings.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Options_and_indexes_of_old_tools_keep_types_and_order()
    {
        var (source, _) = await CollectingSink.Read(TestDumps.Shared("mongo-tools/dumps/duplicate_index_key"));
        source.Collections[0].Options.ShouldBeNull();
        source.Collections[0].Indexes.Select(ExtendedJson.WriteCanonical).Skip(1).ShouldBe([
            """{"v":{"$numberInt":"1"},"key":{"foo":""},"name":"foo_","ns":"duplicate_index_key.duplicate_index_key"}""",
            """{"v":{"$numberInt":"1"},"key":{"foo":{"$numberDouble":"1.0"}},"name":"foo_1.0","ns":"duplicate_index_key.duplicate_index_key"}""",
            """{"v":{"$numberInt":"1"},"key":{"foo":{"$numberInt":"1"}},"name":"foo_1","ns":"duplicate_index_key.duplicate_index_key"}""",
            """{"v":{"$numberInt":"1"},"key":{"foo":{"$numberInt":"2"}},"name":"foo_2","ns":"duplicate_index_key.duplicate_index_key"}""",
        ]);
    }

    [Theory]
    [InlineData("dumps/timeseries", "system.buckets.foo_ts")]
    [InlineData("archives/timeseries.archive", null)]
    public async Task Timeseries_are_told_from_ordinary_collections(string path, string? dataName)
    {
        var (source, sink) = await CollectingSink.Read(TestDumps.Shared($"mongo-tools/{path}"));
        var series = source.Collections.Single(c => c.Type == DumpCollection.Timeseries);
        series.ToString().ShouldBe("timeseries_test.foo_ts");
        series.DataName.ShouldBe(dataName);
        ExtendedJson.WriteCanonical(series.Options!).ShouldStartWith("""{"timeseries":{"timeField":"ts",""");
        sink.Documents["timeseries_test.foo_ts"].Count.ShouldBe(10);
    }

    [Fact]
    public async Task Users_and_roles_are_told_from_ordinary_collections()
    {
        var (source, _) = await CollectingSink.Read(TestDumps.Shared("mongo-tools/dumps/usersdump"));
        source.Collections.ShouldAllBe(c => c.HoldsUsersOrRoles);
    }

    /// <summary>Deliberately broken samples, and the error that names what is wrong with each.</summary>
    public static TheoryData<string, string> Broken => new()
    {
        { "bson/bad_cstring.bson", "read document 1 of bson.bad_cstring at offset 0 of * field 'b\\x01\\x0e': length 541655040 is impossible * (at offset 32)" },
        { "bson/bad_type.bson", "read document 1 of bson.bad_type at offset 0 of * field 'a': type 0xaa is unknown (at offset 21)" },
        { "bson/broken_array.bson", "read document 12 of bson.broken_array at offset 561 of * element 2 of an array is named '9' (at offset 629)" },
        { "bson/deep_nested.bson", "read document 1 of bson.deep_nested at offset 0 of * document is nested deeper than 200 levels (at offset 1826)" },
        { "bson/invalid_field_name.bson", "read document 5 of bson.invalid_field_name at offset 283 of * file ends 1 bytes into it" },
        { "bson/partial_file.bson", "read document 3 of bson.partial_file at offset 164 of * file ends after 13 of its 48 bytes" },
        { "bson/random_bytes.bson", "read document 1 of bson.random_bytes at offset 0 of * length 1625369376 is not between 5 and 16793600" },
        { "archives/bad-format.archive", "read collection metadata of test.ixtest in * read JSON at offset *" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Each_broken_sample_ends_with_its_own_error(string path, string message)
    {
        var file = TestDumps.Shared($"mongo-tools/{path}");
        var error = await Should.ThrowAsync<BackupException>(() => CollectingSink.Read(file));
        error.Kind.ShouldBe(ErrorKind.Corrupt);
        error.Message.ShouldContain(file);
        error.Message.ShouldMatch($"^{string.Join(".*", message.Split('*').Select(System.Text.RegularExpressions.Regex.Escape))}");
    }

    [Fact]
    public async Task Arrays_with_other_names_are_read_when_asked_for()
    {
        var file = TestDumps.Shared("mongo-tools/bson/broken_array.bson");
        var (_, sink) = await CollectingSink.Read(file, new() { CheckArrayNames = false });
        sink.Total.ShouldBe(20);
    }
}
