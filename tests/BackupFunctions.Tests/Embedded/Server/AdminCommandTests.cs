using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Server;

public sealed class AdminCommandTests : IAsyncLifetime
{
    private EmbeddedMongoServer _server = null!;
    private MongoClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.Start();
        _client = TestServer.Client(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task BuildInfo_speaks_version_7_and_says_that_it_is_the_embedded_server()
    {
        var info = await _client.Run(new BsonDocument("buildInfo", 1));
        info["version"].AsString.ShouldBe("7.0.14");
        info["versionArray"].ShouldBe(new BsonArray { 7, 0, 14, 0 });
        info["modules"].ShouldBe(new BsonArray { "backupfunctions-embedded" });
        info["storageEngines"].ShouldBe(new BsonArray { "embedded" });
    }

    [Fact]
    public async Task GetParameter_gives_what_is_asked_for()
    {
        var reply = await _client.Run(new BsonDocument { { "getParameter", 1 }, { "featureCompatibilityVersion", 1 }, { "ttlMonitorEnabled", 1 } });
        reply["featureCompatibilityVersion"].ShouldBe(new BsonDocument("version", "7.0"));
        reply["ttlMonitorEnabled"].AsBoolean.ShouldBeTrue();
        reply.Contains("minSnapshotHistoryWindowInSeconds").ShouldBeFalse();

        var all = await _client.Run(new BsonDocument("getParameter", "*"));
        all["minSnapshotHistoryWindowInSeconds"].ShouldBe(300);
        all["authenticationMechanisms"].ShouldBe(new BsonArray { "SCRAM-SHA-256", "MONGODB-X509" });
        all["transactionLifetimeLimitSeconds"].ShouldBe(60);
    }

    [Fact]
    public async Task SetParameter_changes_what_getParameter_says_and_returns_the_old_value()
    {
        (await _client.Run(new BsonDocument { { "setParameter", 1 }, { "ttlMonitorEnabled", false } }))["was"].AsBoolean.ShouldBeTrue();
        (await _client.Run(new BsonDocument { { "setParameter", 1 }, { "ttlMonitorEnabled", true } }))["was"].AsBoolean.ShouldBeFalse();
        (await _client.Run(new BsonDocument { { "setParameter", 1 }, { "minSnapshotHistoryWindowInSeconds", 60 } }))["was"].ShouldBe(300);
        (await _client.Run(new BsonDocument { { "getParameter", 1 }, { "minSnapshotHistoryWindowInSeconds", 1 } }))[0].ShouldBe(60);
    }

    [Theory]
    [InlineData("{ getParameter: 1, nothing: 1 }", "admin", 72)]
    [InlineData("{ setParameter: 1, nothing: 1 }", "admin", 72)]
    [InlineData("{ setParameter: 1, featureCompatibilityVersion: '6.0' }", "admin", 20)]
    [InlineData("{ setParameter: 1, ttlMonitorEnabled: 'no' }", "admin", 2)]
    [InlineData("{ getParameter: 1, ttlMonitorEnabled: 1 }", "other", 13)]
    [InlineData("{ replSetGetStatus: 1 }", "other", 13)]
    public async Task Wrong_parameters_and_databases_are_refused(string command, string database, int code)
    {
        var error = await Should.ThrowAsync<MongoCommandException>(() => _client.Run(BsonDocument.Parse(command), database));
        error.Code.ShouldBe(code);
    }

    [Fact]
    public async Task ReplSetGetStatus_and_config_describe_a_primary_alone()
    {
        var status = await _client.Run(new BsonDocument("replSetGetStatus", 1));
        var member = status["members"].AsBsonArray.ShouldHaveSingleItem();
        member["stateStr"].AsString.ShouldBe("PRIMARY");
        member["self"].AsBoolean.ShouldBeTrue();
        status["optimes"]["lastCommittedOpTime"]["ts"].ShouldBe(status["operationTime"]);

        var config = (await _client.Run(new BsonDocument("replSetGetConfig", 1)))["config"];
        config["_id"].AsString.ShouldBe("rs0");
        config["members"][0]["host"].ShouldBe(member["name"]);
        (await _client.Run(new BsonDocument("replSetGetRBID", 1)))["rbid"].ShouldBe(1);
    }

    [Fact]
    public async Task Tools_questions_are_answered()
    {
        (await _client.Run(new BsonDocument("getCmdLineOpts", 1)))["parsed"]["net"]["port"].ShouldBe(_server.Port);
        (await _client.Run(new BsonDocument("hostInfo", 1)))["system"]["numCores"].AsInt32.ShouldBeGreaterThan(0);
        (await _client.Run(new BsonDocument("whatsmyuri", 1)))["you"].AsString.ShouldStartWith("127.0.0.1:");
        var status = await _client.Run(new BsonDocument("serverStatus", 1));
        status["storageEngine"]["name"].AsString.ShouldBe("embedded");
        status["connections"]["current"].AsInt32.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task ConnectionStatus_without_users_names_nobody()
    {
        var info = (await _client.Run(new BsonDocument { { "connectionStatus", 1 }, { "showPrivileges", true } }))["authInfo"];
        info["authenticatedUsers"].AsBsonArray.ShouldBeEmpty();
        info["authenticatedUserPrivileges"].AsBsonArray.ShouldBeEmpty();
    }

    [Fact]
    public void Every_backup_role_has_the_privileges_it_is_known_for()
    {
        Actions("backup", cluster: false).ShouldContain("find");
        Actions("backup", cluster: true).ShouldContain("listDatabases");
        Actions("restore", cluster: true).ShouldContain("applyOps");
        Actions("clusterMonitor", cluster: true).ShouldContain("replSetGetStatus");
        Actions("read", cluster: false).ShouldNotContain("insert");
        RolePrivileges.Of(new EmbeddedRole("unknown")).ShouldBeEmpty();
    }

    [Fact]
    public void What_the_role_restore_loads_only_readWriteAnyDatabase_reads_back_and_changes()
    {
        string[] loads = ["bypassDocumentValidation", "collMod", "createCollection", "createIndex", "dropCollection", "insert"];
        string[] readsAndChanges = ["collStats", "dropIndex", "find", "listIndexes", "remove", "renameCollectionSameDB", "update"];
        loads.ShouldBeSubsetOf(InEveryDatabase("restore"));
        InEveryDatabase("restore").Intersect(readsAndChanges).ShouldBeEmpty();
        Actions("restore", cluster: true).ShouldNotContain("listDatabases");
        readsAndChanges.ShouldBeSubsetOf(InEveryDatabase("readWriteAnyDatabase"));
        Actions("readWriteAnyDatabase", cluster: true).ShouldContain("listDatabases");
        InEveryDatabase("restore").Concat(InEveryDatabase("readWriteAnyDatabase")).ShouldNotContain("dropDatabase");
    }

    private static IEnumerable<string> InEveryDatabase(string role) =>
        RolePrivileges.Of(new EmbeddedRole(role)).Single(p => p["resource"] == new BsonDocument { { "db", "" }, { "collection", "" } })["actions"].AsBsonArray.Select(a => a.AsString);

    private static string[] Actions(string role, bool cluster) =>
    [
        .. RolePrivileges.Of(new EmbeddedRole(role))
            .Where(privilege => privilege["resource"].AsBsonDocument.Contains("cluster") == cluster)
            .SelectMany(privilege => privilege["actions"].AsBsonArray.Select(action => action.AsString)),
    ];
}
