namespace BackupFunctions.Standalone.Demo.Data.Shop;

/// <summary>A shop on the web: the data that most databases hold.</summary>
internal static class ShopDatabase
{
    public static DemoDatabase Create(string name) => new(name,
    [
        CustomerCollection.Create(), ProductCollection.Create(), OrderCollection.Create(), CartCollection.Create(),
        SmallCollections.Currencies(), SmallCollections.Labels(), SmallCollections.Returns(), SmallCollections.OrdersByCountry(),
    ]);
}
