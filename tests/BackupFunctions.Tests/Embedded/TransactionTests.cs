using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class TransactionTests
{
    private readonly EmbeddedServer _server = new();

    [Fact]
    public void A_transaction_reads_its_own_writes_and_others_see_them_after_the_commit()
    {
        _server.Insert("c", "{_id: 1, x: 0}");
        var transaction = _server.Begin();
        transaction.Run("{insert: 'c', documents: [{_id: 2}]}");
        transaction.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {x: 5}}}]}")["nModified"].AsInt32.ShouldBe(1);
        transaction.Run("{findAndModify: 'c', query: {_id: 2}, update: {$set: {y: 1}}, new: true}")["value"]["y"].AsInt32.ShouldBe(1);
        transaction.Batch("{find: 'c', sort: {_id: 1}}").ShouldBe(["{ \"_id\" : 1, \"x\" : 5 }", "{ \"_id\" : 2, \"y\" : 1 }"]);
        transaction.Batch("{aggregate: 'c', pipeline: [{$match: {_id: 2}}], cursor: {}}").Count.ShouldBe(1);
        transaction.Run("{distinct: 'c', key: '_id'}")["values"].AsBsonArray.Count.ShouldBe(2);
        _server.Find("{find: 'c'}").Single()["x"].AsInt32.ShouldBe(0);
        transaction.Commit();
        _server.Find("{find: 'c', sort: {_id: 1}}").Select(d => d.ToJson()).ShouldBe(["{ \"_id\" : 1, \"x\" : 5 }", "{ \"_id\" : 2, \"y\" : 1 }"]);
    }

    [Fact]
    public void It_reads_its_snapshot_whatever_others_write_meanwhile()
    {
        _server.Insert("c", "{_id: 1}", "{_id: 2}", "{_id: 3}");
        var transaction = _server.Begin();
        var first = transaction.Run("{find: 'c', batchSize: 1}")["cursor"];
        _server.Insert("c", "{_id: 4}");
        _server.Run("{delete: 'c', deletes: [{q: {_id: 2}, limit: 1}]}");
        var rest = transaction.Run(new BsonDocument { { "getMore", first["id"] }, { "collection", "c" } })["cursor"]["nextBatch"].AsBsonArray;
        rest.Select(d => d["_id"].AsInt32).ShouldBe([2, 3]);
        transaction.Batch("{find: 'c'}").Count.ShouldBe(3);
        transaction.Commit();
        _server.Find("{find: 'c'}").Select(d => d["_id"].AsInt32).ShouldBe([1, 3, 4]);
    }

    [Fact]
    public void An_abort_leaves_nothing()
    {
        _server.Run("{create: 'c'}");
        var (start, transaction) = (_server.Store.LastOptime, _server.Begin());
        transaction.Run("{insert: 'c', documents: [{_id: 1}]}");
        transaction.Abort();
        _server.Find("{find: 'c'}").ShouldBeEmpty();
        _server.OplogAfter(start).ShouldBeEmpty();
        transaction.Fails("{find: 'c'}").ShouldBe((251, true));
        Should.Throw<CommandException>(transaction.Commit).Code.ShouldBe(251);
    }

    [Theory]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {x: 1}}}]}")]
    [InlineData("{delete: 'c', deletes: [{q: {_id: 1}, limit: 1}]}")]
    [InlineData("{insert: 'c', documents: [{_id: 7}]}")]
    [InlineData("{insert: 'c', documents: [{_id: 8, u: 1.0}]}")]
    public void Two_transactions_on_one_key_conflict(string command)
    {
        _server.Insert("c", "{_id: 1, x: 0, u: 0}");
        _server.Run("{createIndexes: 'c', indexes: [{key: {u: 1}, name: 'u', unique: true}]}");
        var (one, other) = (_server.Begin(), _server.Begin());
        one.Run("{insert: 'c', documents: [{_id: 7, u: 1}]}");
        one.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {x: 1}}}]}");
        other.Fails(command).ShouldBe((112, true));
        // the loser is gone, and the winner goes on
        other.Fails("{find: 'c'}").ShouldBe((251, true));
        one.Commit();
        _server.Find("{find: 'c', filter: {_id: 1}}").Single()["x"].AsInt32.ShouldBe(1);
    }

    [Theory]
    [InlineData("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {x: 1}}}]}")]
    [InlineData("{insert: 'c', documents: [{_id: 2}]}")]
    [InlineData("{insert: 'new', documents: [{_id: 2}]}")]
    [InlineData("{insert: 'gone', documents: [{_id: 2}]}")]
    public void What_was_written_after_the_snapshot_conflicts(string command)
    {
        _server.Insert("c", "{_id: 1, x: 0}");
        _server.Run("{create: 'gone'}");
        var transaction = _server.Begin();
        transaction.Run("{find: 'c'}");
        _server.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {x: 1}}}]}");
        _server.Insert("c", "{_id: 2}");
        _server.Insert("new", "{_id: 1}");
        _server.Run("{drop: 'gone'}");
        transaction.Fails(command).ShouldBe((112, true));
    }

    [Fact]
    public async Task A_write_outside_waits_for_the_transaction_and_then_sees_what_it_did()
    {
        _server.Insert("c", "{_id: 1, x: 0}");
        var transaction = _server.Begin();
        transaction.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$inc: {x: 10}}}]}");
        var write = Task.Run(() => _server.Run("{findAndModify: 'c', query: {_id: 1}, update: {$inc: {x: 1}}, new: true}"), TestContext.Current.CancellationToken);
        var drop = Task.Run(() => _server.Run("{collMod: 'c', validationLevel: 'off'}"), TestContext.Current.CancellationToken);
        write.IsCompleted.ShouldBeFalse();
        transaction.Commit();
        (await write)["value"]["x"].AsInt32.ShouldBe(11);
        await drop;
    }

    [Fact]
    public void A_statement_that_fails_ends_the_transaction()
    {
        _server.Insert("c", "{_id: 1}");
        var transaction = _server.Begin();
        transaction.Run("{insert: 'c', documents: [{_id: 2}, {_id: 1}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(11000);
        transaction.Fails("{insert: 'c', documents: [{_id: 3}]}").ShouldBe((251, true));
        _server.Run("{count: 'c'}")["n"].AsInt32.ShouldBe(1);
    }

    [Fact]
    public void Numbers_must_go_up_and_a_commit_can_be_repeated()
    {
        var transaction = _server.Begin(5);
        transaction.Run("{find: 'c'}");
        transaction.Fails("{find: 'c', txnNumber: NumberLong(4)}", fresh: true).ShouldBe((225, false));
        transaction.Fails("{find: 'c', txnNumber: NumberLong(6)}", fresh: true).ShouldBe((251, true));
        transaction.Run("{insert: 'c', documents: [{_id: 1}]}");
        transaction.Commit();
        var optime = _server.Store.LastOptime;
        transaction.Commit();
        _server.Store.LastOptime.ShouldBe(optime);
        transaction.Fails("{find: 'c'}").ShouldBe((256, false));
        transaction.Fails("{find: 'c', startTransaction: true}", fresh: true).ShouldBe((50911, false));
        transaction.Next().Run("{find: 'c'}");
    }

    [Theory]
    [InlineData("{count: 'c'}", 263)]
    [InlineData("{drop: 'c'}", 263)]
    [InlineData("{listCollections: 1}", 263)]
    [InlineData("{find: 'c', autocommit: true}", 72)]
    public void What_a_server_does_not_run_in_a_transaction_is_refused(string command, int code) =>
        _server.Begin().Fails(command).Code.ShouldBe(code);

    [Fact]
    public void Neither_admin_nor_config_are_written_to() => _server.Begin().Fails("{insert: 'c', documents: [{}]}", database: "config").Code.ShouldBe(263);

    [Fact]
    public void Capped_collections_are_not_written_to()
    {
        _server.Run("{create: 'capped', capped: true, size: 4096}");
        _server.Begin().Run("{insert: 'capped', documents: [{}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(263);
    }

    [Fact]
    public void It_can_read_the_past()
    {
        _server.Insert("c", "{_id: 1, x: 1}");
        var then = _server.Store.LastOptime;
        _server.Run("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {x: 2}}}]}");
        var transaction = _server.Begin();
        var concern = new BsonDocument { { "level", "snapshot" }, { "atClusterTime", then } };
        var found = transaction.Run(new BsonDocument { { "find", "c" }, { "readConcern", concern } })["cursor"]["firstBatch"][0];
        found["x"].AsInt32.ShouldBe(1);
        transaction.Fails("{update: 'c', updates: [{q: {_id: 1}, u: {$set: {x: 3}}}]}").ShouldBe((112, true));
    }

    [Fact]
    public void An_election_aborts_it_and_a_rollback_takes_its_commit_away()
    {
        _server.Run("{create: 'c'}");
        var open = _server.Begin();
        open.Run("{insert: 'c', documents: [{_id: 1}]}");
        _server.Store.Replication.StepDown(null);
        open.Fails("{find: 'c'}").ShouldBe((251, true));
        var committed = _server.Begin();
        committed.Run("{insert: 'c', documents: [{_id: 1}]}");
        committed.Commit();
        _server.Store.Replication.Rollback(1, reuseTimestamps: false);
        _server.Find("{find: 'c'}").ShouldBeEmpty();
        _server.Find("{find: 'transactions'}", "config").ShouldBeEmpty();
        Should.Throw<CommandException>(committed.Commit).Code.ShouldBe(251);
    }

    [Fact]
    public void Collections_and_indexes_can_be_made_in_it()
    {
        var start = _server.Store.LastOptime;
        var transaction = _server.Begin();
        transaction.Run("{create: 'made', validationLevel: 'off'}");
        transaction.Run("{createIndexes: 'made', indexes: [{key: {a: 1}, name: 'a', unique: true}]}");
        transaction.Run("{insert: 'made', documents: [{_id: 1, a: 1}]}");
        transaction.Run("{insert: 'implied', documents: [{_id: 1}]}");
        _server.Run("{listCollections: 1}")["cursor"]["firstBatch"].AsBsonArray.ShouldBeEmpty();
        transaction.Commit();
        _server.Run("{listIndexes: 'made'}")["cursor"]["firstBatch"].AsBsonArray.Select(i => i["name"].AsString).ShouldBe(["_id_", "a"]);
        _server.Run("{count: 'implied'}")["n"].AsInt32.ShouldBe(1);
        _server.Run("{insert: 'made', documents: [{a: 1}]}")["writeErrors"][0]["code"].AsInt32.ShouldBe(11000);
        var operations = _server.OplogAfter(start).Single()["o"]["applyOps"].AsBsonArray;
        operations.Select(o => o["op"].AsString + o["o"].AsBsonDocument.GetElement(0).Name).ShouldBe(["ccreate", "ccreateIndexes", "i_id", "ccreate", "i_id"]);
    }

    [Fact]
    public void Sessions_that_are_killed_or_ended_abort_their_transactions()
    {
        _server.Run("{create: 'c'}");
        foreach (var command in new[] { "endSessions", "killSessions" })
        {
            var transaction = _server.Begin();
            transaction.Run("{insert: 'c', documents: [{_id: 1}]}");
            _server.Run(new BsonDocument(command, new BsonArray { transaction.SessionId }), "admin");
            transaction.Fails("{find: 'c'}").ShouldBe((251, true));
        }
        var last = _server.Begin();
        last.Run("{insert: 'c', documents: [{_id: 1}]}");
        _server.Run("{killAllSessions: []}", "admin");
        Should.Throw<CommandException>(last.Commit).Code.ShouldBe(251);
        _server.Insert("c", "{_id: 1}");
    }

    [Fact]
    public void A_transaction_that_lasts_too_long_is_aborted()
    {
        var transaction = _server.Begin();
        transaction.Run("{insert: 'c', documents: [{_id: 1}]}");
        _server.Time.Advance(TimeSpan.FromSeconds(61));
        transaction.Fails("{find: 'c'}").ShouldBe((251, true));
    }

    [Fact]
    public void One_that_wrote_nothing_leaves_no_entry()
    {
        _server.Insert("c", "{_id: 1}");
        var (start, transaction) = (_server.Store.LastOptime, _server.Begin());
        transaction.Run("{find: 'c'}");
        transaction.Commit();
        _server.OplogAfter(start).ShouldBeEmpty();
        _server.Find("{find: 'transactions'}", "config").ShouldBeEmpty();
    }
}
