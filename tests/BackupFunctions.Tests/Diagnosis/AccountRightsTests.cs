using BackupFunctions.Diagnosis;
using BackupFunctions.Embedded.Auth;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Diagnosis;

public sealed class AccountRightsTests
{
    [Fact]
    public void What_the_roles_backup_and_clusterMonitor_grant_is_enough() => AccountRights.Missing(Granted()).ShouldBeEmpty();

    [Fact]
    public void Whoever_may_do_everything_lacks_nothing() =>
        AccountRights.Missing([Privilege(new("anyResource", true), "anyAction")]).ShouldBeEmpty();

    [Fact]
    public void Without_the_oplog_only_full_backups_are_possible()
    {
        var missing = AccountRights.Missing(Granted().Where(p => p["resource"].AsBsonDocument.GetValue("db", "") != "local")).ShouldHaveSingleItem();
        (missing.Severity, missing.Message).ShouldBe((Severity.Warning, "the account may not find in local.oplog.rs: reading the oplog, without which there are no incremental backups"));
        missing.Hint.ShouldBe("grant it the role backup");
    }

    [Fact]
    public void The_right_to_read_one_database_is_not_the_right_to_read_all()
    {
        var missing = AccountRights.Missing([On("shop", "", "find", "listCollections", "listIndexes")]);
        missing.Where(m => m.Severity == Severity.Failed).Select(m => m.Message[..m.Message.IndexOf(':')]).ShouldBe(
        [
            "the account may not listDatabases on the cluster", "the account may not listCollections in every database", "the account may not listIndexes in every database",
            "the account may not find in every database",
        ]);
    }

    [Fact]
    public void The_right_to_read_a_database_does_not_cover_the_collections_of_the_server()
    {
        var granted = Granted().Where(p => p["resource"].AsBsonDocument.GetValue("collection", "") != "system.users").Append(On("admin", "", "find"));
        AccountRights.Missing(granted).ShouldHaveSingleItem().Message.ShouldContain("admin.system.users");
    }

    [Fact]
    public void The_state_of_the_members_takes_clusterMonitor()
    {
        var missing = AccountRights.Missing(Granted().Where(p => !p["actions"].AsBsonArray.Contains("replSetGetStatus")));
        missing.Select(m => m.Hint).Distinct().ShouldBe(["grant it the role clusterMonitor"]);
        missing.ShouldAllBe(m => m.Severity == Severity.Warning);
    }

    [Theory]
    [InlineData("backup", "clusterMonitor")]
    [InlineData("root")]
    public void What_the_embedded_server_says_of_its_roles_is_enough(params string[] roles) =>
        AccountRights.Missing(roles.SelectMany(role => RolePrivileges.Of(new(role)))).ShouldBeEmpty();

    [Theory]
    [InlineData("backup_catalog", "")]
    [InlineData("", "")]
    public void To_keep_the_catalogue_takes_the_right_to_write_its_database(string database, string collection) =>
        AccountRights.MissingForCatalogue([On(database, collection, "find", "insert", "update", "remove")], "backup_catalog").ShouldBeEmpty();

    [Fact]
    public void Rights_on_the_collections_of_the_catalogue_are_enough_for_it() =>
        AccountRights.MissingForCatalogue([On("backup_catalog", "head", "find", "insert", "update"), On("backup_catalog", "blocks", "find", "insert", "update", "remove")], "backup_catalog").ShouldBeEmpty();

    [Fact]
    public void Whoever_may_back_up_may_not_keep_the_catalogue()
    {
        var missing = AccountRights.MissingForCatalogue(Granted(), "backup_catalog").ShouldHaveSingleItem();
        missing.ShouldBe(new("catalogue", Severity.Failed, "the account may not insert, update, remove in backup_catalog: keeping the catalogue", "grant it the role readWrite on backup_catalog"));
        AccountRights.MissingForCatalogue([On("backup_catalog", "head", "find", "insert", "update", "remove")], "backup_catalog").ShouldHaveSingleItem().Message.ShouldContain("may not find, insert, update, remove in");
        AccountRights.MissingForCatalogue([On("other", "", "find", "insert", "update", "remove")], "backup_catalog").ShouldHaveSingleItem();
    }

    private static IEnumerable<BsonDocument> Granted() =>
    [
        Privilege(new("cluster", true), "listDatabases", "appendOplogNote"),
        Privilege(new("cluster", true), "getParameter", "replSetGetStatus", "serverStatus"),
        On("", "", "find", "listCollections", "listIndexes", "collStats"),
        On("local", "", "find"),
        On("config", "", "find"),
        On("admin", "system.users", "find"),
    ];

    private static BsonDocument On(string database, string collection, params string[] actions) => Privilege(new() { { "db", database }, { "collection", collection } }, actions);

    private static BsonDocument Privilege(BsonDocument resource, params string[] actions) => new() { { "resource", resource }, { "actions", new BsonArray(actions) } };
}
