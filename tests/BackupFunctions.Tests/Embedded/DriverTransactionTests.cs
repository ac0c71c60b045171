using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded;

/// <summary>Transactions, retryable writes and users as the driver does them.</summary>
public class DriverTransactionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfers_from_many_sessions_keep_their_sum()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), Cancellation);
        using var client = TestServer.Client(server);
        var accounts = client.GetDatabase("bank").GetCollection<BsonDocument>("accounts");
        await accounts.InsertManyAsync(Enumerable.Range(0, 4).Select(i => new BsonDocument { { "_id", i }, { "n", 100 } }), cancellationToken: Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            using var session = await client.StartSessionAsync(cancellationToken: Cancellation);
            for (var i = 0; i < 10; i++)
            {
                var (from, to) = ((worker + i) % 4, (worker + i + 1) % 4);
                await session.WithTransactionAsync(
                    async (s, token) =>
                    {
                        await accounts.UpdateOneAsync(s, new BsonDocument("_id", from), new BsonDocument("$inc", new BsonDocument("n", -1)), cancellationToken: token);
                        await accounts.UpdateOneAsync(s, new BsonDocument("_id", to), new BsonDocument("$inc", new BsonDocument("n", 1)), cancellationToken: token);
                        return true;
                    },
                    cancellationToken: Cancellation);
            }
        }));
        var all = await accounts.Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(Cancellation);
        all.Sum(a => a["n"].AsInt32).ShouldBe(400);
        var entries = client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs");
        (await entries.CountDocumentsAsync(new BsonDocument("o.applyOps", new BsonDocument("$exists", true)), cancellationToken: Cancellation)).ShouldBe(40);
    }

    [Fact]
    public async Task An_error_in_a_transaction_aborts_it_and_a_conflict_is_labelled()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), Cancellation);
        using var client = TestServer.Client(server);
        var collection = client.GetDatabase("test").GetCollection<BsonDocument>("c");
        await collection.InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Cancellation);
        using var one = await client.StartSessionAsync(cancellationToken: Cancellation);
        using var other = await client.StartSessionAsync(cancellationToken: Cancellation);
        one.StartTransaction();
        other.StartTransaction();
        var set = new BsonDocument("$set", new BsonDocument("x", 1));
        await collection.UpdateOneAsync(one, new BsonDocument("_id", 1), set, cancellationToken: Cancellation);
        var conflict = await Should.ThrowAsync<MongoCommandException>(() => collection.UpdateOneAsync(other, new BsonDocument("_id", 1), set, cancellationToken: Cancellation));
        (conflict.Code, conflict.HasErrorLabel("TransientTransactionError")).ShouldBe((112, true));
        await other.AbortTransactionAsync(Cancellation);
        await one.CommitTransactionAsync(Cancellation);
        (await collection.CountDocumentsAsync(new BsonDocument("x", 1), cancellationToken: Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Ending_a_session_frees_what_its_transaction_held()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions(), Cancellation);
        using var client = TestServer.Client(server);
        var collection = client.GetDatabase("test").GetCollection<BsonDocument>("c");
        using (var session = await client.StartSessionAsync(cancellationToken: Cancellation))
        {
            session.StartTransaction();
            await collection.InsertOneAsync(session, new BsonDocument("_id", 1), cancellationToken: Cancellation);
        }
        await collection.InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Cancellation);
    }

    [Fact]
    public async Task Inserts_of_a_server_from_8_on_are_vectored()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions { ServerVersion = new Version(8, 0, 1) }, Cancellation);
        using var client = TestServer.Client(server);
        await client.GetDatabase("test").GetCollection<BsonDocument>("c").InsertManyAsync([new("_id", 1), new("_id", 2)], cancellationToken: Cancellation);
        var last = await client.GetDatabase("local").GetCollection<BsonDocument>("oplog.rs").Find(FilterDefinition<BsonDocument>.Empty).Sort("{$natural: -1}").FirstAsync(Cancellation);
        (last["multiOpType"], last["o"]["applyOps"].AsBsonArray.Count).ShouldBe((1, 2));
    }

    [Fact]
    public async Task A_user_made_by_a_command_logs_in_beside_those_of_the_options()
    {
        var options = new EmbeddedMongoOptions { Users = [EmbeddedUser.WithPassword("root", "r", "admin", new EmbeddedRole("root"))] };
        await using var server = await EmbeddedMongoServer.Start(options, Cancellation);
        using (var root = TestServer.Client($"mongodb://root:r@127.0.0.1:{server.Port}/?replicaSet=rs0"))
        {
            await root.Run(BsonDocument.Parse("{createUser: 'ann', pwd: 'secret', roles: ['read']}"), "shop");
        }
        using var ann = TestServer.Client($"mongodb://ann:secret@127.0.0.1:{server.Port}/?replicaSet=rs0&authSource=shop");
        var status = await ann.Run(new BsonDocument("connectionStatus", 1));
        status["authInfo"]["authenticatedUsers"][0]["user"].AsString.ShouldBe("ann");
        status["authInfo"]["authenticatedUserRoles"][0].ShouldBe(new BsonDocument { { "role", "read" }, { "db", "shop" } });
        await ann.Run(BsonDocument.Parse("{updateUser: 'ann', pwd: 'other'}"), "shop");
        (await TestServer.RefusalOf($"mongodb://ann:secret@127.0.0.1:{server.Port}/?replicaSet=rs0&authSource=shop")).ShouldBeOfType<MongoAuthenticationException>();
    }
}
