using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Server;
using BackupFunctions.Tests.Embedded.Wire;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Auth;

public sealed class ScramLoginTests
{
    private const string Password = "p@ss:/w%rd, =?&#";

    private static readonly BsonDocument Echo = new("echo", 1);

    [Theory]
    [InlineData("backup", Password, "admin")]
    [InlineData("us,er=a@b:c/d%e", "x", "admin")]
    [InlineData("backup", "pässwörd", "reports")]
    [InlineData("Ünïcode", "密码", "admin")]
    public async Task A_password_logs_in_by_a_connection_string(string name, string password, string database)
    {
        var user = EmbeddedUser.WithPassword(name, password, database, new EmbeddedRole("backup"));
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Users = [user] });
        using var client = TestServer.Client(Uri(server, name, password, database));
        (await client.Run(Echo))["ok"].ShouldBe(1.0);
        var info = (await client.Run(new BsonDocument("connectionStatus", 1)))["authInfo"];
        info["authenticatedUsers"].ShouldBe(new BsonArray { new BsonDocument { { "user", name }, { "db", database } } });
        info["authenticatedUserRoles"].ShouldBe(new BsonArray { new BsonDocument { { "role", "backup" }, { "db", "admin" } } });
    }

    [Theory]
    [InlineData("backup", "wrong", "admin")]
    [InlineData("nobody", Password, "admin")]
    [InlineData("backup", Password, "reports")]
    [InlineData("CN=backup", "", "admin")]
    public async Task A_wrong_password_name_or_database_is_refused_alike(string name, string password, string database)
    {
        await using var server = await Start();
        var refusal = await TestServer.RefusalOf(Uri(server, name, password, database));
        var error = refusal.ShouldBeOfType<MongoAuthenticationException>().InnerException.ShouldBeOfType<MongoCommandException>();
        (error.Code, error.CodeName, error.ErrorMessage).ShouldBe((18, "AuthenticationFailed", "Authentication failed."));
    }

    [Fact]
    public async Task A_mechanism_that_is_not_there_is_refused_by_name()
    {
        await using var server = await Start();
        var refusal = await TestServer.RefusalOf($"{Uri(server, "backup", Password, "admin")}&authMechanism=SCRAM-SHA-1");
        refusal.ShouldBeOfType<MongoAuthenticationException>().InnerException.ShouldBeOfType<MongoCommandException>().Code.ShouldBe(334);
    }

    [Fact]
    public async Task Without_a_login_only_the_handshake_is_served()
    {
        await using var server = await Start();
        using var client = TestServer.Client(server);
        (await client.Run(new BsonDocument("ping", 1)))["ok"].ShouldBe(1.0);
        var error = await Should.ThrowAsync<MongoCommandException>(() => client.Run(Echo));
        (error.Code, error.CodeName, error.ErrorMessage).ShouldBe((13, "Unauthorized", "Command echo requires authentication"));
    }

    [Fact]
    public async Task Logging_out_takes_the_rights_away()
    {
        await using var server = await Start();
        using var client = TestServer.Client(Uri(server, "backup", Password, "admin"), settings => settings.MaxConnectionPoolSize = 1);
        await client.Run(Echo);
        await client.Run(new BsonDocument("logout", 1));
        (await Should.ThrowAsync<MongoCommandException>(() => client.Run(Echo))).Code.ShouldBe(13);
    }

    [Fact]
    public async Task Before_a_login_a_large_message_closes_the_connection()
    {
        await using var server = await Start();
        using var client = await RawClient.Connect(server.Port);
        await client.Send(RawClient.Header((16 * 1024) + 1, 2013));
        (await client.Receive()).ShouldBeNull();
    }

    [Fact]
    public async Task A_conversation_cannot_be_continued_before_it_begins_nor_after_it_failed()
    {
        await using var server = await Start();
        using var client = await RawClient.Connect(server.Port);
        var proof = new BsonDocument { { "saslContinue", 1 }, { "conversationId", 1 }, { "payload", "c=biws,r=x,p=eA=="u8.ToArray() }, { "$db", "admin" } };
        var start = new BsonDocument { { "saslStart", 1 }, { "mechanism", "SCRAM-SHA-256" }, { "payload", "n,,n=backup,r=abc"u8.ToArray() }, { "$db", "admin" } };
        var codes = new List<int>();
        foreach (var command in new[] { proof, start, proof, proof })
        {
            await client.Send(RawClient.Msg(command));
            codes.Add((await client.ReceiveBody()).GetValue("code", 0).AsInt32);
        }

        codes.ShouldBe([17, 0, 18, 17]);
    }

    private static Task<EmbeddedMongoServer> Start() => TestServer.Start(new EmbeddedMongoOptions
    {
        Users = [EmbeddedUser.WithPassword("backup", Password), EmbeddedUser.WithCertificate("CN=backup")],
    });

    private static string Uri(EmbeddedMongoServer server, string name, string password, string database)
    {
        var credentials = $"{System.Uri.EscapeDataString(name)}:{System.Uri.EscapeDataString(password)}";
        return $"mongodb://{credentials}@127.0.0.1:{server.Port}/?replicaSet=rs0&authSource={database}";
    }
}
