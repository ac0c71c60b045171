using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Mongo;

/// <summary>What no replay can pass. That a replay stops there is in <see cref="Restore.Replay.ReplayRulesTests"/>.</summary>
public class OplogBarriersTests
{
    [Theory]
    [InlineData("u", "admin.system.version", "{$v: 2, diff: {}}", "featureCompatibilityVersion", "the feature compatibility version was changed")]
    [InlineData("u", "admin.system.version", "{$v: 2, diff: {}}", "authSchema", null)]
    [InlineData("i", "admin.system.version", "{_id: 'featureCompatibilityVersion'}", null, "the feature compatibility version was changed")]
    [InlineData("i", "shop.system.version", "{_id: 'featureCompatibilityVersion'}", null, null)]
    [InlineData("i", "shop.system.resharding.0", "{_id: 1}", null, "shop was resharded")]
    [InlineData("i", "config.system.resharding.0", "{_id: 1}", null, null)]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.system.resharding.0', to: 'shop.a'}", null, "shop.a was resharded")]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.system.buckets.tmp', to: 'shop.system.buckets.a'}", null, "shop.system.buckets.tmp was renamed to shop.system.buckets.a, as $out does, which no command does on the target")]
    [InlineData("c", "shop.$cmd", "{renameCollection: 'shop.a', to: 'shop.b'}", null, null)]
    [InlineData("c", "shop.$cmd", "{reshardCollection: 'a'}", null, "shop was changed by reshardCollection")]
    [InlineData("c", "shop.$cmd", "{frobnicate: 'a'}", null, "shop was changed by frobnicate, which this version does not know")]
    [InlineData("c", "config.$cmd", "{frobnicate: 'a'}", null, null)]
    [InlineData("c", "admin.$cmd", "{commitTransaction: 1}", null, null)]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'i', ns: 'shop.a', o: {_id: 1}}, {op: 'c', ns: 'shop.$cmd', o: {applyOps: [{op: 'c', ns: 'shop.$cmd', o: {frobnicate: 'a'}}]}}]}", null, "shop was changed by frobnicate, which this version does not know")]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'i', ns: 'shop.a', o: {_id: 1}}, {op: 'u', ns: 'admin.system.version', o: {$v: 2, diff: {}}, o2: {_id: 'featureCompatibilityVersion'}}]}", null, "the feature compatibility version was changed")]
    [InlineData("c", "admin.$cmd", "{applyOps: [{op: 'zz', ns: 'shop.a', o: {_id: 1}}]}", null, "shop.a was changed by an operation of the kind 'zz', which this version does not know")]
    [InlineData("km", "", "{a: 1}", null, null)]
    public void Are_told_with_what_was_done(string op, string ns, string o, string? id, string? barrier)
    {
        var entry = MongoDB.Bson.BsonDocument.Parse($"{{op: '{op}', ns: '{ns}', o: {o}{(id is null ? "" : $", o2: {{_id: '{id}'}}")}}}");
        new OplogBarriers(NamespaceFilter.Everything()).Find(OplogOperation.Read(MongoDB.Bson.BsonExtensionMethods.ToBson(entry))).ShouldBe(barrier);
    }

    [Fact]
    public void Buckets_that_are_not_backed_up_are_none()
    {
        var rename = MongoDB.Bson.BsonDocument.Parse("{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.system.buckets.tmp', to: 'shop.system.buckets.logs'}}");
        var filter = new NamespaceFilter(NamespacePattern.ParseAll(["shop.orders"], "include"), []);
        new OplogBarriers(filter).Find(OplogOperation.Read(MongoDB.Bson.BsonExtensionMethods.ToBson(rename))).ShouldBeNull();
    }
}
