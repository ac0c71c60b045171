using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

/// <summary>The entries that this server writes, field by field against those of real servers.</summary>
public class RealOplogTests
{
    private readonly EmbeddedServer _server = new();

    private BsonTimestamp? _from;

    [Fact]
    public void Creation_with_a_validator_and_retryable_inserts()
    {
        var real = RealOplog.Entries("bypassDocumentValidation.bson");
        const string Database = "mongodump_test_db";
        var create = new BsonDocument(real[1]["o"].AsBsonDocument.Where(f => f.Name != "idIndex"));
        var session = new BsonDocument("id", real[2]["lsid"]["id"]);
        Watch();
        _server.Run(create, Database);
        foreach (var inserts in real.GetRange(2, 3).GroupBy(e => e["txnNumber"]))
        {
            _server.Run(
                new BsonDocument
                {
                    { "insert", "coll1" }, { "documents", new BsonArray(inserts.Select(e => e["o"])) }, { "bypassDocumentValidation", true },
                    { "lsid", session }, { "txnNumber", inserts.Key },
                },
                Database);
        }
        var ours = Written();
        ours.Count.ShouldBe(4);
        for (var i = 0; i < ours.Count; i++) ours[i].ShouldLookLike(real[i + 1]);
        ours[1]["prevOpTime"].ShouldBe(real[2]["prevOpTime"]);
        ours[2]["prevOpTime"].ShouldBe(real[3]["prevOpTime"]);
        // the second statement of the write points at the first, here and there
        (real[4]["prevOpTime"]["ts"], ours[3]["prevOpTime"]["ts"]).ShouldBe((real[3]["ts"], ours[2]["ts"]));
        ours[1]["lsid"].ShouldBe(real[2]["lsid"]);
    }

    [Fact]
    public void No_operations() =>
        _server.Find("{find: 'oplog.rs', limit: 1}", "local").Single().ShouldLookLike(RealOplog.Entries("bypassDocumentValidation.bson")[0]);

    [Fact]
    public void Vectored_inserts()
    {
        var real = RealOplog.Entries("vectored_insert.bson").Single();
        var server = new EmbeddedServer(vectoredInserts: true);
        server.Run("{create: 'coll1'}", "mongodump_test_db");
        var from = server.Store.LastOptime;
        server.Run(
            new BsonDocument
            {
                { "insert", "coll1" }, { "documents", new BsonArray(real["o"]["applyOps"].AsBsonArray.Select(o => o["o"])) },
                { "lsid", new BsonDocument("id", real["lsid"]["id"]) }, { "txnNumber", real["txnNumber"] },
            },
            "mongodump_test_db");
        var ours = server.OplogAfter(from).Single();
        ours.ShouldLookLike(real);
        ours["prevOpTime"].ShouldBe(real["prevOpTime"]);
    }

    [Fact]
    public void Changes_of_an_index()
    {
        var real = RealOplog.Entries("collMod_with_hidden.bson");
        _server.Run("{createIndexes: 'foo', indexes: [{key: {f: 1.0}, name: 'f_1', expireAfterSeconds: 1000}]}");
        Watch();
        _server.Run("{collMod: 'foo', index: {name: 'f_1', expireAfterSeconds: 3600}}");
        _server.Run("{collMod: 'foo', index: {name: 'f_1', hidden: true}}");
        Compare([.. real.Select(RealOplog.Modern)]);
        RealOplog.Entries("collMod.bson").Single().ShouldBe(real[0]);
    }

    [Theory]
    [InlineData("create_index.bson", "{createIndexes: 'foo', indexes: [{key: {f: 1.0}, name: 'f_1'}]}")]
    [InlineData("commit_index.bson", "{createIndexes: 'foo', indexes: [{key: {a: 1.0}, name: 'a_1'}]}")]
    [InlineData("drop_collection.bson", "{drop: 'foo'}")]
    [InlineData("drop_index.bson", "{dropIndexes: 'foo', index: 'f_1'}")]
    public void Commands_on_a_collection(string file, string command)
    {
        var real = RealOplog.Entries(file).ConvertAll(RealOplog.Modern);
        if (file == "drop_index.bson") _server.Run("{createIndexes: 'foo', indexes: [{key: {f: 1.0}, name: 'f_1'}]}");
        else if (file == "create_index.bson") _server.Run("{create: 'foo'}");
        else _server.Insert("foo", "{_id: 1}");
        Watch();
        _server.Run(command);
        Compare(real);
    }

    [Fact]
    public void Drops_of_databases()
    {
        _server.Insert("foo", "{_id: 1}");
        Watch();
        _server.Run("{dropDatabase: 1}");
        Written()[^1].ShouldLookLike(RealOplog.Modern(RealOplog.Entries("drop_db.bson").Single()));
    }

    [Fact]
    public void Indexes_of_an_empty_collection()
    {
        var real = RealOplog.Entries("create_indexes.bson").Where(e => e["op"] == "c").Select(RealOplog.Modern).ToList();
        Watch();
        _server.Run("{create: 'test'}", "create_indexes");
        _server.Run("{createIndexes: 'test', indexes: [{key: {a: 1.0}, name: 'a_1'}]}", "create_indexes");
        _server.Run("{createIndexes: 'test', indexes: [{key: {b: 1.0}, partialFilterExpression: {a: 1.0}, name: 'b_1'}]}", "create_indexes");
        Compare(real);
    }

    [Fact]
    public void Index_builds_over_data()
    {
        // the insert is of a server before 5.0, which had no o2
        var real = RealOplog.Entries("commit_indexes_build.bson").Where(e => e["op"] == "c").Select(RealOplog.Modern).ToList();
        Watch();
        _server.Run("{create: 'test'}", "commit_index");
        _server.Run("{insert: 'test', documents: [{_id: 1, a: 1.0}]}", "commit_index");
        _server.Run("{createIndexes: 'test', indexes: [{key: {a: 1.0}, name: 'a_1'}]}", "commit_index");
        _server.Run("{createIndexes: 'test', indexes: [{key: {b: 1.0}, partialFilterExpression: {a: 1.0}, name: 'b_1'}]}", "commit_index");
        var ours = Written().Where(e => e["op"] == "c").ToList();
        ours.Count.ShouldBe(real.Count);
        foreach (var (own, other) in ours.Zip(real)) own.ShouldLookLike(other);
    }

    [Fact]
    public void Index_builds_that_fail()
    {
        var real = RealOplog.Entries("ignore_index.bson").ConvertAll(RealOplog.Modern);
        _server.Insert("skip_index_entries", "{_id: 1, a: 1}", "{_id: 2, a: 1}");
        Watch();
        _server.Fails("{createIndexes: 'skip_index_entries', indexes: [{key: {a: 1.0}, name: 'a_1', unique: true}]}").ShouldBe(11000);
        var ours = Written();
        // theirs was interrupted; a failure of ours needs a unique index
        foreach (var entry in ours) entry["o"]["indexes"][0].AsBsonDocument.Remove("unique");
        ours.Count.ShouldBe(2);
        foreach (var (own, other) in ours.Zip(real)) own.ShouldLookLike(other);
        _server.Run("{listIndexes: 'skip_index_entries'}")["cursor"]["firstBatch"].AsBsonArray.Count.ShouldBe(1);
    }

    /// <summary>
    /// These sequences came through JSON, which lost the types of numbers, and the order at the top; their servers wrote modifiers where later
    /// ones write deltas, no <c>o2</c> for inserts, and no <c>count</c> for prepared transactions. All else must agree.
    /// </summary>
    [Theory]
    [InlineData("small, unprepared", 1_000_000)]
    [InlineData("large, unprepared", 250)]
    [InlineData("small, prepared, committed", 1_000_000)]
    [InlineData("small, prepared, aborted", 1_000_000)]
    [InlineData("large, prepared, committed", 380)]
    [InlineData("large, prepared, aborted", 380)]
    [InlineData("small, prepared, incomplete", 1_000_000)]
    public void Transactions(string name, int entryBytes)
    {
        var sequence = RealOplog.Transactions()[name].AsBsonDocument;
        var (ns, real) = (sequence["ns"].AsString.Split('.'), sequence["ops"].AsBsonArray.Select(o => o.AsBsonDocument).ToList());
        var server = new EmbeddedServer(maxTransactionEntryBytes: entryBytes);
        server.Run(new BsonDocument("create", ns[1]), ns[0]);
        if (name == "small, unprepared") server.Run(new BsonDocument { { "insert", ns[1] }, { "documents", new BsonArray { new BsonDocument("_id", 1) } } }, ns[0]);
        var (from, transaction) = (server.Store.LastOptime, server.Begin(1));
        foreach (var operation in real.SelectMany(e => e["o"].AsBsonDocument.GetValue("applyOps", new BsonArray()).AsBsonArray))
        {
            transaction.Run(Command(ns[1], operation["op"].AsString, operation["o"], operation.AsBsonDocument.GetValue("o2", BsonNull.Value)), ns[0]);
        }
        if (name.Contains("unprepared", StringComparison.Ordinal)) transaction.Commit();
        else if (transaction.Prepare() is var prepared && name.EndsWith("committed", StringComparison.Ordinal)) transaction.Commit(prepared);
        else if (name.EndsWith("aborted", StringComparison.Ordinal)) transaction.Abort();
        var ours = server.OplogAfter(from);
        Summary(ours).ShouldBe(Summary(real));
        foreach (var (own, other) in ours.Zip(real))
        {
            own.Names.Except(["v", "wall"]).Order().ShouldBe(other.Names.Order());
            (own["op"], own["ns"], own["txnNumber"]).ShouldBe((other["op"], other["ns"], other["txnNumber"]));
        }
        server.Find($"{{find: '{ns[1]}', sort: {{_id: 1}}}}", ns[0]).ShouldBe(sequence["postimage"].AsBsonArray.Select(d => d.AsBsonDocument));
    }

    private static List<string> Summary(IEnumerable<BsonDocument> entries)
    {
        // the sizes of the parts are the server's to choose
        var summaries = entries.Select(e => string.Join(' ', e["o"].AsBsonDocument.Names.Where(n => n != "count" || !e["o"].AsBsonDocument.Contains("prepare")))).ToList();
        var operations = entries.SelectMany(e => e["o"].AsBsonDocument.GetValue("applyOps", new BsonArray()).AsBsonArray).Select(o => $"{o["op"]} {o["ns"]} {(o["op"] == "u" ? o["o2"] : o["o"])}");
        return [.. summaries.Distinct(), .. operations];
    }

    private static BsonDocument Command(string collection, string op, BsonValue o, BsonValue o2) => op switch
    {
        "i" => new BsonDocument { { "insert", collection }, { "documents", new BsonArray { o } } },
        "u" => new BsonDocument { { "update", collection }, { "updates", new BsonArray { new BsonDocument { { "q", o2 }, { "u", o } } } } },
        _ => new BsonDocument { { "delete", collection }, { "deletes", new BsonArray { new BsonDocument { { "q", o }, { "limit", 1 } } } } },
    };

    private void Watch() => _from = _server.Store.LastOptime;

    private List<BsonDocument> Written() => _server.OplogAfter(_from!);

    private void Compare(List<BsonDocument> real)
    {
        var ours = Written();
        ours.Count.ShouldBe(real.Count);
        foreach (var (own, other) in ours.Zip(real)) own.ShouldLookLike(other);
    }
}
