using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Mongo;

namespace BackupFunctions.Tests.Backup;

public class OplogFilterTests
{
    [Theory]
    [InlineData("i", "shop.orders", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("n", "", "{msg: 'periodic noop'}", nameof(OplogUse.Kept))]
    [InlineData("km", "", "{a: 1}", nameof(OplogUse.Kept))]
    [InlineData("u", "backup_catalog.head", "{$v: 2, diff: {}}", nameof(OplogUse.LeftOut))]
    [InlineData("i", "config.system.sessions", "{_id: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("i", "local.startup_log", "{_id: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("i", "admin.system.keys", "{_id: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("i", "admin.system.users", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("u", "admin.system.version", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("i", "shop.system.views", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("i", "shop.system.buckets.weather", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("c", "shop.$cmd", "{create: 'orders'}", nameof(OplogUse.Changes))]
    [InlineData("c", "shop.$cmd", "{dropDatabase: 1}", nameof(OplogUse.Changes))]
    [InlineData("c", "shop.$cmd", "{neverHeardOf: 'x'}", nameof(OplogUse.Changes))]
    [InlineData("c", "config.$cmd", "{create: 'x'}", nameof(OplogUse.LeftOut))]
    [InlineData("c", "backup_catalog.$cmd", "{dropDatabase: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("c", "backup_catalog.$cmd", "{renameCollection: 'backup_catalog.a', to: 'shop.b'}", nameof(OplogUse.Changes))]
    [InlineData("c", "admin.$cmd", "{commitTransaction: 1}", nameof(OplogUse.Changes))]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'd', ns: 'config.system.sessions', o: {_id: 1}}]}", nameof(OplogUse.Kept))]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'd', ns: 'config.system.sessions', o: {_id: 1}}, {op: 'i', ns: 'shop.a', o: {_id: 1}}]}", nameof(OplogUse.Changes))]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'c', ns: 'admin.$cmd', o: {applyOps: [{op: 'i', ns: 'shop.a', o: {_id: 1}}]}}]}", nameof(OplogUse.Changes))]
    public void What_belongs_to_the_server_or_to_us_is_left_out_and_transactions_stay_whole(string op, string ns, string o, string use) =>
        new OplogFilter(NamespaceFilter.Everything("backup_catalog")).Of(Entry(op, ns, o)).ToString().ShouldBe(use);

    [Theory]
    [InlineData("i", "shop.orders", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("i", "shop.logs", "{_id: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("i", "crm.people", "{_id: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("c", "shop.$cmd", "{drop: 'logs'}", nameof(OplogUse.LeftOut))]
    [InlineData("c", "shop.$cmd", "{drop: 'orders'}", nameof(OplogUse.Changes))]
    [InlineData("c", "shop.$cmd", "{dropDatabase: 1}", nameof(OplogUse.Changes))]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.logs', to: 'shop.orders'}", nameof(OplogUse.Changes))]
    [InlineData("i", "shop.system.views", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("i", "shop.system.buckets.weather", "{_id: 1}", nameof(OplogUse.Changes))]
    [InlineData("i", "shop.system.buckets.logs", "{_id: 1}", nameof(OplogUse.LeftOut))]
    [InlineData("c", "shop.$cmd", "{create: 'system.buckets.logs'}", nameof(OplogUse.LeftOut))]
    public void Patterns_choose_entries_as_they_choose_collections(string op, string ns, string o, string use)
    {
        var filter = new NamespaceFilter(NamespacePattern.ParseAll(["shop.*"], "include"), NamespacePattern.ParseAll(["shop.logs"], "exclude"));
        new OplogFilter(filter).Of(Entry(op, ns, o)).ToString().ShouldBe(use);
    }

    [Theory]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.logs', to: 'shop.orders'}", "shop.logs, which is not backed up, was renamed to shop.orders, which is")]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.logs', to: 'shop.orders'}}]}", "shop.logs, which is not backed up, was renamed to shop.orders, which is")]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.orders', to: 'shop.logs'}", null)]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.orders', to: 'shop.bills'}", null)]
    [InlineData("c", "crm.$cmd", "{renameCollection: 'crm.a', to: 'crm.b'}", null)]
    [InlineData("c", "shop.$cmd", "{create: 'orders'}", null)]
    [InlineData("i", "shop.orders", "{_id: 1}", null)]
    public void What_is_renamed_into_what_is_backed_up_is_told(string op, string ns, string o, string? arrival)
    {
        var filter = new NamespaceFilter(NamespacePattern.ParseAll(["shop.*"], "include"), NamespacePattern.ParseAll(["shop.logs"], "exclude"));
        new OplogFilter(filter).Arrival(Entry(op, ns, o).Operation).ShouldBe(arrival);
    }

    private static OplogEntry Entry(string op, string ns, string o) => OplogEntry.Read(MongoDB.Bson.BsonExtensionMethods.ToBson(StubOplog.Entry(100, op: op, ns: ns, o: o)));
}
