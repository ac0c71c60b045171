using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class DocumentInserterTests
{
    private static readonly IReadOnlyList<ReadOnlyMemory<byte>> Three = [Bson.Bytes("{_id: 1}"), Bson.Bytes("{a: 5, _id: 2}"), Bson.Bytes("{_id: 3}")];
    private readonly StubServer _server = new();

    [Fact]
    public async Task What_was_inserted_is_counted()
    {
        var summary = await Insert(Bson.Spec(), Three);
        summary.ShouldBe(new InsertSummary(3, Three.Sum(d => d.Length), 0));
        _server.Stored.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_duplicate_key_is_an_error_and_never_swallowed()
    {
        _server.Store(Bson.Bytes("{_id: 1}"));
        var error = await Should.ThrowAsync<BackupException>(() => Insert(Bson.Spec(), Three));
        error.Message.ShouldContain("insert into shop.orders: document 0 of the batch");
        error.Message.ShouldContain("(code 11000)");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{capped: true, size: 4096}")]
    public async Task A_batch_whose_reply_was_lost_is_sent_again_and_what_is_there_is_compared(string options)
    {
        _server.LoseReplies = 2;
        var summary = await Insert(Bson.Spec(options: options), Three);
        summary.Documents.ShouldBe(3);
        _server.Stored.Count.ShouldBe(3);
        _server.Inserts.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_document_with_other_bytes_under_the_same_id_fails_a_repeated_batch()
    {
        _server.Store(Bson.Bytes("{_id: 2, a: 6}"));
        _server.LoseReplies = 1;
        var error = await Should.ThrowAsync<BackupException>(() => Insert(Bson.Spec(), Three));
        error.Message.ShouldContain("document 1 of the batch");
    }

    [Fact]
    public async Task A_server_that_stays_away_fails_after_four_attempts()
    {
        _server.LoseReplies = int.MaxValue;
        var error = await Should.ThrowAsync<BackupException>(() => Insert(Bson.Spec(), Three));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldStartWith("insert into shop.orders: ");
        _server.Inserts.ShouldBe(4);
    }

    [Fact]
    public async Task A_write_that_no_majority_confirmed_is_sent_again_and_fails_in_the_end()
    {
        _server.Reply = reply => reply.Add("writeConcernError", new BsonDocument { { "code", 64 }, { "errmsg", "waiting timed out" } });
        var error = await Should.ThrowAsync<BackupException>(() => Insert(Bson.Spec(), Three));
        error.Message.ShouldContain("not confirmed by a majority: waiting timed out (code 64)");
    }

    [Fact]
    public async Task A_reply_that_counts_fewer_documents_is_an_error()
    {
        _server.Reply = reply => reply.Set("n", 2);
        (await Should.ThrowAsync<BackupException>(() => Insert(Bson.Spec(), Three))).Message.ShouldContain("the server says 2 of 3");
    }

    [Theory]
    [InlineData("8.0.0", true, false, 0)]
    [InlineData("6.0.5", false, true, 0)]
    [InlineData("4.0.28", false, false, 1)]
    public async Task Empty_timestamps_are_kept_where_the_server_can_and_reported_where_not(string version, bool asked, bool repaired, int replaced)
    {
        var summary = await Insert(Bson.Spec(), [Bson.Bytes("{_id: 1, ts: {$timestamp: {t: 0, i: 0}}}"), Bson.Bytes("{_id: 2}")], version);
        summary.EmptyTimestampsReplaced.ShouldBe(replaced);
        _server.LastInsert!.Contains("bypassEmptyTsReplacement").ShouldBe(asked);
        if (!repaired)
        {
            _server.LastUpdate.ShouldBeNull();
            return;
        }
        _server.LastUpdate.ShouldBe(Bson.Bytes(
            "{update: 'orders', ordered: false, bypassDocumentValidation: true, writeConcern: {w: 'majority'}, updates: [" +
            "{q: {_id: {$eq: 1}}, u: [{$replaceRoot: {newRoot: {$literal: {_id: 1, ts: {$timestamp: {t: 0, i: 0}}}}}}]}]}"));
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("{capped: true, size: 4096}", true)]
    public async Task Capped_collections_have_one_ordered_writer(string options, bool ordered)
    {
        await Insert(Bson.Spec(options: options), Three);
        _server.LastInsert!["ordered"].AsBoolean.ShouldBe(ordered);
        _server.LastInsert["bypassDocumentValidation"].AsBoolean.ShouldBeTrue();
    }

    private Task<InsertSummary> Insert(CollectionSpec spec, IReadOnlyList<ReadOnlyMemory<byte>> documents, string version = "8.0.0") =>
        new DocumentInserter(_server.Run, ServerVersion.Parse(version), new ImmediateTime()).Insert(spec, documents, TestContext.Current.CancellationToken);

    /// <summary>Stores documents by _id as a server does, and can lose the reply to an insert after it was done.</summary>
    private sealed class StubServer
    {
        public Dictionary<BsonValue, byte[]> Stored { get; } = [];

        public int LoseReplies { get; set; }

        public int Inserts { get; private set; }

        public BsonDocument? LastInsert { get; private set; }

        public byte[]? LastUpdate { get; private set; }

        public Action<BsonDocument> Reply { get; set; } = _ => { };

        public bool Store(byte[] document) => Stored.TryAdd(BsonValueOf(document), RawBson.WithIdFirst(document).ToArray());

        public Task<RawBsonDocument> Run(string database, RawBsonDocument command, CancellationToken cancellationToken)
        {
            database.ShouldBe("shop");
            var reply = command.GetElement(0).Name switch
            {
                "insert" => Insert(command),
                "update" => Update(command),
                _ => Find(command),
            };
            return Task.FromResult(new RawBsonDocument(reply.ToBson()));
        }

        private BsonDocument Update(RawBsonDocument command)
        {
            LastUpdate = command.Bytes().ToArray();
            return new BsonDocument { { "n", command["updates"].AsBsonArray.Count }, { "ok", 1.0 } };
        }

        private BsonDocument Insert(RawBsonDocument command)
        {
            Inserts++;
            LastInsert = new RawBsonDocument(command.Bytes().ToArray());
            var errors = new BsonArray();
            var inserted = 0;
            var documents = command["documents"].AsBsonArray;
            for (var i = 0; i < documents.Count; i++)
            {
                if (Store(((RawBsonDocument)documents[i]).Bytes().ToArray())) inserted++;
                else
                {
                    errors.Add(new BsonDocument { { "index", i }, { "code", 11000 }, { "errmsg", "E11000 duplicate key error" } });
                    if (command["ordered"].AsBoolean) break;
                }
            }
            if (LoseReplies > 0)
            {
                LoseReplies--;
                throw new IOException("connection reset");
            }
            var reply = new BsonDocument("n", inserted);
            if (errors.Count > 0) reply.Add("writeErrors", errors);
            Reply(reply);
            return reply.Add("ok", 1.0);
        }

        private BsonDocument Find(RawBsonDocument command)
        {
            var found = Stored.GetValueOrDefault(command["filter"]["_id"]["$eq"]);
            var batch = new BsonArray();
            if (found is not null) batch.Add(new RawBsonDocument(found));
            return new BsonDocument { { "cursor", new BsonDocument { { "id", 0L }, { "ns", "shop.orders" }, { "firstBatch", batch } } }, { "ok", 1.0 } };
        }

        private static BsonValue BsonValueOf(byte[] document) => new RawBsonDocument(document)["_id"];
    }
}
