using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class UserTests
{
    private const string Create = "{createUser: 'ann', pwd: 'secret', roles: ['read', {role: 'backup', db: 'admin'}], customData: {a: 1}}";

    private readonly EmbeddedServer _server = new();

    [Fact]
    public void Users_are_documents_shaped_as_a_servers()
    {
        var start = _server.Store.LastOptime;
        _server.Run(Create, "shop");
        var user = _server.Find("{find: 'system.users'}", "admin").Single();
        user.Names.ShouldBe(["_id", "userId", "user", "db", "credentials", "customData", "roles"]);
        (user["_id"], user["user"], user["db"], user["userId"].AsBsonBinaryData.SubType).ShouldBe(("shop.ann", "ann", "shop", BsonBinarySubType.UuidStandard));
        user["credentials"].AsBsonDocument.Names.ShouldBe(["SCRAM-SHA-256"]);
        user["credentials"]["SCRAM-SHA-256"].AsBsonDocument.Names.ShouldBe(["iterationCount", "salt", "storedKey", "serverKey"]);
        user["roles"].ShouldBe(BsonDocument.Parse("{a: [{role: 'read', db: 'shop'}, {role: 'backup', db: 'admin'}]}")["a"]);
        var entries = _server.OplogAfter(start);
        entries.Select(e => $"{e["op"]} {e["ns"]}").ShouldBe(["c admin.$cmd", "c admin.$cmd", "i admin.system.users"]);
        entries[^1]["o"].ShouldBe(user);
    }

    [Fact]
    public void They_are_changed_told_and_dropped()
    {
        _server.Run(Create, "shop");
        var start = _server.Store.LastOptime;
        _server.Run("{grantRolesToUser: 'ann', roles: ['readWrite', 'read']}", "shop");
        _server.Run("{revokeRolesFromUser: 'ann', roles: [{role: 'backup', db: 'admin'}]}", "shop");
        _server.Run("{updateUser: 'ann', customData: {b: 2}}", "shop");
        var told = _server.Run("{usersInfo: 'ann'}", "shop")["users"].AsBsonArray.Single().AsBsonDocument;
        told["roles"].AsBsonArray.Select(r => r["role"].AsString).ShouldBe(["read", "readWrite"]);
        told["customData"].ShouldBe(new BsonDocument("b", 2));
        (told.Contains("credentials"), told["mechanisms"][0].AsString).ShouldBe((false, "SCRAM-SHA-256"));
        _server.Run("{usersInfo: {forAllDBs: true}, showCredentials: true}", "admin")["users"][0]["credentials"].AsBsonDocument.ElementCount.ShouldBe(1);
        _server.Run("{usersInfo: 1}", "admin")["users"].AsBsonArray.ShouldBeEmpty();
        _server.Run("{dropUser: 'ann'}", "shop");
        _server.OplogAfter(start).Select(e => $"{e["op"]} {e["ns"]}").ShouldBe(["u admin.system.users", "u admin.system.users", "u admin.system.users", "d admin.system.users"]);
    }

    [Theory]
    [InlineData("{createUser: 'ann', pwd: 'x', roles: []}", 51003)]
    [InlineData("{createUser: 'bob', roles: []}", 2)]
    [InlineData("{createUser: 'bob', pwd: 'x'}", 40414)]
    [InlineData("{createUser: 'bob', pwd: 'x', roles: ['unheardOf']}", 31)]
    [InlineData("{createUser: 'bob', pwd: 'x', roles: [], mechanisms: ['SCRAM-SHA-1']}", 2)]
    [InlineData("{dropUser: 'bob'}", 11)]
    [InlineData("{updateUser: 'bob', pwd: 'x'}", 11)]
    [InlineData("{updateUser: 'ann'}", 2)]
    [InlineData("{createRole: 'read', privileges: [], roles: []}", 2)]
    [InlineData("{dropRole: 'unheardOf'}", 31)]
    [InlineData("{_mergeAuthzCollections: 1}", 2)]
    public void What_cannot_be_is_refused(string command, int code)
    {
        _server.Run(Create, "shop");
        _server.Fails(command, "shop").ShouldBe(code);
    }

    [Fact]
    public void Roles_are_made_granted_told_and_dropped()
    {
        _server.Run("{createRole: 'clerk', privileges: [{resource: {db: 'shop', collection: ''}, actions: ['find']}], roles: ['read']}", "shop");
        _server.Find("{find: 'system.roles'}", "admin").Single().Names.ShouldBe(["_id", "role", "db", "privileges", "roles"]);
        _server.Run("{createUser: 'ann', pwd: 'x', roles: ['clerk']}", "shop");
        _server.Fails("{createRole: 'clerk', privileges: [], roles: []}", "shop").ShouldBe(51002);
        var role = _server.Run("{rolesInfo: 'clerk', showPrivileges: true}", "shop")["roles"].AsBsonArray.Single();
        (role["_id"], role["isBuiltin"], role["privileges"][0]["actions"][0]).ShouldBe(("shop.clerk", false, "find"));
        _server.Run("{dropRole: 'clerk'}", "shop");
        _server.Run("{usersInfo: 'ann'}", "shop")["users"][0]["roles"].AsBsonArray.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", false, "other.old shop.ann shop.new shop.stays")]
    [InlineData("", true, "shop.ann shop.new")]
    [InlineData("shop", true, "other.old shop.ann shop.new")]
    [InlineData("elsewhere", true, "other.old shop.ann shop.stays")]
    public void Temporary_collections_are_merged(string database, bool drop, string expected)
    {
        _server.Run(Create, "shop");
        _server.Run("{createUser: 'stays', pwd: 'x', roles: []}", "shop");
        _server.Run("{createUser: 'old', pwd: 'x', roles: []}", "other");
        var ann = _server.Find("{find: 'system.users', filter: {user: 'ann'}}", "admin").Single();
        var changed = new BsonDocument(ann) { ["roles"] = new BsonArray() };
        var added = new BsonDocument(ann.Where(f => f.Name != "userId")) { ["_id"] = "shop.new", ["user"] = "new" };
        _server.Run(new BsonDocument { { "insert", "tempusers" }, { "documents", new BsonArray { changed, added } } }, "admin");
        _server.Run(new BsonDocument { { "_mergeAuthzCollections", 1 }, { "tempUsersCollection", "admin.tempusers" }, { "db", database }, { "drop", drop } }, "admin");
        var users = _server.Find("{find: 'system.users', sort: {_id: 1}}", "admin");
        string.Join(' ', users.Select(u => u["_id"].AsString)).ShouldBe(expected);
        users.ShouldAllBe(u => u.Contains("userId"));
        users.Single(u => u["user"] == "ann")["roles"].AsBsonArray.Count.ShouldBe(database == "elsewhere" ? 2 : 0);
    }
}
