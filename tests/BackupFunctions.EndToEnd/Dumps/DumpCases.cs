namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>The intact real dumps.</summary>
public static class DumpCases
{
    private const string Oplog = "an oplog is not replayed";
    private const string SystemVersion = "admin.system.version is not restored", SystemViews = "admin.system.views is not restored";

    private static readonly IReadOnlyList<DumpCase> All =
    [
        new("directory", DumpShape.Directory),
        new("directory/odd", DumpShape.Database),
        new("directory/logs/events.bson", DumpShape.File),
        new("directory-gzip", DumpShape.Directory),
        new("directory-gzip/shop", DumpShape.Database),
        new("all.archive.gz", DumpShape.Archive),
        new("shop.archive", DumpShape.Archive),
        new("mongo-tools/dumps/collMod_ttl_index", DumpShape.Directory) { Warnings = [Oplog, SystemVersion] },
        new("mongo-tools/dumps/coll_with_index", DumpShape.Directory),
        new("mongo-tools/dumps/coll_with_ttl_index", DumpShape.Directory),
        new("mongo-tools/dumps/duplicate_index_key", DumpShape.Directory)
        {
            Warnings = ["index foo_1 is left out, it is index foo_1.0 under another name"],
            LeftOutIndexes = ["foo_1"],
        },
        new("mongo-tools/dumps/foodump", DumpShape.Directory),
        new("mongo-tools/dumps/indexmetadata", DumpShape.Directory),
        new("mongo-tools/dumps/indextestdump", DumpShape.Directory)
        {
            Warnings = ["the server does not know all options of its indexes (a_1_b_true)"],
            UnknownIndexOptions = ["safe"],
        },
        new("mongo-tools/dumps/longcollectionname", DumpShape.Directory) { Warnings = ["someMadeUpInvalidHashString.bson: it is no part of a dump"] },
        new("mongo-tools/dumps/longcollectionname/db1", DumpShape.Database),
        new("mongo-tools/dumps/longindextestdump", DumpShape.Directory),
        new("mongo-tools/dumps/oplogdump", DumpShape.Directory) { Warnings = [Oplog, SystemVersion] },
        new("mongo-tools/dumps/prelude_test/prelude_db_target", DumpShape.Directory),
        new("mongo-tools/dumps/prelude_test/prelude_db_target/test", DumpShape.Database),
        new("mongo-tools/dumps/prelude_test/prelude_gzip", DumpShape.Directory),
        new("mongo-tools/dumps/prelude_test/prelude_gzip/test", DumpShape.Database),
        new("mongo-tools/dumps/prelude_test/prelude_top_level", DumpShape.Directory),
        new("mongo-tools/dumps/prelude_test/prelude_top_level/test", DumpShape.Database),
        new("mongo-tools/dumps/prelude_test/server_version_unknown", DumpShape.Directory),
        new("mongo-tools/dumps/specialcharacter", DumpShape.Directory),
        new("mongo-tools/dumps/testdirs", DumpShape.Directory)
        {
            Warnings = ["badfile.txt", "baddir", "c3.metadata.json: it is empty", "c1.bin", "c2.txt", Oplog],
        },
        new("mongo-tools/dumps/timeseries", DumpShape.Directory) { Warnings = [SystemVersion, SystemViews] },
        new("mongo-tools/dumps/timeseries/timeseries_test", DumpShape.Database),
        new("mongo-tools/archives/timeseries.archive", DumpShape.Archive) { Warnings = [SystemVersion, SystemViews] },
        new("mongo-tools/archives/test.bar.archive", DumpShape.Archive) { Warnings = [SystemVersion] },
        new("mongo-tools/bson/all_types.bson", DumpShape.File),
        new("mongo-tools/bson/sample.bson", DumpShape.File),
    ];

    /// <summary>Their paths, for a theory.</summary>
    public static TheoryData<string> Names => [.. All.Select(c => c.Path)];

    /// <summary>The one of this path.</summary>
    public static DumpCase Get(string path) => All.Single(c => c.Path == path);
}
