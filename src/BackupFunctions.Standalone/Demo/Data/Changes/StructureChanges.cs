using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data.Changes;

/// <summary>Changes the shop's collections, views and indexes; each tells in words what it did.</summary>
internal sealed class StructureChanges(IMongoClient client)
{
    public Task<DemoChanges> AddIndex(CancellationToken cancellationToken) => Run("index orders.state_placed", cancellationToken,
        """{"createIndexes": "orders", "indexes": [{"key": {"state": 1, "placed": -1}, "name": "state_placed"}]}""");

    public Task<DemoChanges> ChangeView(CancellationToken cancellationToken) => Run("view orders_by_country", cancellationToken,
        """{"collMod": "orders_by_country", "viewOn": "orders", "pipeline": [{"$group": {"_id": "$ship_to.country", "orders": {"$sum": 1}}}, {"$sort": {"orders": -1, "_id": 1}}]}""");

    public Task<DemoChanges> AddRefunds(CancellationToken cancellationToken) => Run("new refunds", cancellationToken,
        """{"create": "refunds", "validator": {"order": {"$type": "long"}}}""",
        """{"createIndexes": "refunds", "indexes": [{"key": {"order": 1}, "name": "order"}]}""");

    public Task<DemoChanges> ChangeIndexes(CancellationToken cancellationToken) => Run("index customers.country_city dropped, orders.skus hidden", cancellationToken,
        """{"dropIndexes": "customers", "index": "country_city"}""",
        """{"collMod": "orders", "index": {"name": "skus", "hidden": true}}""");

    public async Task<DemoChanges> RenameLabels(CancellationToken cancellationToken)
    {
        await client.GetDatabase(DemoData.ShopName).RenameCollectionAsync("labels", "tags", cancellationToken: cancellationToken);
        return Changed("labels renamed tags");
    }

    private async Task<DemoChanges> Run(string what, CancellationToken cancellationToken, params string[] commands)
    {
        foreach (var command in commands)
            await client.GetDatabase(DemoData.ShopName).RunCommandAsync<BsonDocument>(BsonDocument.Parse(command), cancellationToken: cancellationToken);
        return Changed(what);
    }

    private static DemoChanges Changed(string what) => new(0, 0, 0, 0, [what]);
}
