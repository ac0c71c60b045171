using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

/// <summary>Users and roles are backed up always, and restored only when asked, by the server's own command, never the restoring user.</summary>
public sealed class UsersAndRolesTests : IAsyncLifetime
{
    private EmbeddedMongoServer _source = null!, _target = null!;

    public async ValueTask InitializeAsync()
    {
        (_source, _target) = (await Start("source-pw"), await Start("target-pw"));
        using var client = new MongoClient(Uri(_source, "ops", "source-pw"));
        await client.GetDatabase("shop").GetCollection<BsonDocument>("orders").InsertOneAsync(new BsonDocument("_id", 1));
        await Run(client, """{createRole: "clerk", privileges: [{resource: {db: "shop", collection: "orders"}, actions: ["find"]}], roles: []}""");
        await Run(client, """{createUser: "ada", pwd: "first", roles: [{role: "clerk", db: "admin"}]}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task Users_and_roles_stay_those_of_the_target_unless_asked_for_and_then_the_restoring_user_stays()
    {
        using var work = new CliWorkspace(Uri(_source, "ops", "source-pw"));
        await work.BackUp();
        var target = Uri(_target, "ops", "target-pw");
        var plain = (await work.Run($"restore-full latest --uri {target}")).Ended(0);
        plain.Error.ShouldContain("admin.system.users is not restored");
        (await Users(target)).ShouldBe(["ops"]);

        (await work.Run($"restore-full latest --uri {target} --drop --users-and-roles")).Ended(0);
        (await Users(target)).ShouldBe(["ada", "ops"], "the user that restores is that of the target");
        (await Users(Uri(_target, "ada", "first"))).ShouldBe(["ada", "ops"], "she logs in with the password that she had");
    }

    [Fact]
    public async Task Users_of_a_point_in_time_are_those_of_then()
    {
        using var work = new CliWorkspace(Uri(_source, "ops", "source-pw"));
        await work.BackUp();
        using var client = new MongoClient(Uri(_source, "ops", "source-pw"));
        await Run(client, """{updateUser: "ada", pwd: "second"}""");
        await Run(client, """{createUser: "bob", pwd: "bob", roles: []}""");
        var then = _source.Controls.LastOptime;
        await Run(client, """{dropUser: "ada"}""");
        (await work.Run("backup incremental")).Ended(0);

        var target = Uri(_target, "ops", "target-pw");
        (await work.Run($"restore-full latest --uri {target} --users-and-roles --at {then.Timestamp}:{then.Increment}")).Ended(0);
        (await Users(Uri(_target, "ada", "second"))).ShouldBe(["ada", "bob", "ops"]);
    }

    // a server whose user "ops" is stored as users are
    private static async Task<EmbeddedMongoServer> Start(string password)
    {
        var server = await EmbeddedMongoServer.Start(new() { Users = [EmbeddedUser.WithPassword("first", "first", "admin", new EmbeddedRole("root"))] });
        using var client = new MongoClient(Uri(server, "first", "first"));
        await Run(client, $$"""{createUser: "ops", pwd: "{{password}}", roles: ["root"]}""");
        return server;
    }

    private static string Uri(EmbeddedMongoServer server, string user, string password) =>
        server.ConnectionString.Replace("mongodb://", $"mongodb://{user}:{password}@", StringComparison.Ordinal) + "&authSource=admin";

    private static Task<BsonDocument> Run(MongoClient client, string command) => client.GetDatabase("admin").RunCommandAsync<BsonDocument>(BsonDocument.Parse(command));

    private static async Task<IEnumerable<string>> Users(string uri)
    {
        using var client = new MongoClient(uri);
        var reply = await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("usersInfo", 1));
        return reply["users"].AsBsonArray.Select(u => u["user"].AsString).Order(StringComparer.Ordinal);
    }
}
