using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data.Changes;

/// <summary>Writes what comes after the data set, by the driver, as applications do.</summary>
internal sealed class ChangeWriter(IMongoClient client, SeededRandom random)
{
    private const int Orders = 40;
    private const long FirstOrder = 2_000_000, SecondOrder = 2_000_100, LastOrder = 2_000_200;

    private readonly DocumentChanges _documents = new(client, random);
    private readonly StructureChanges _structure = new(client);

    public Task<DemoChanges> Write(DemoChange change, CancellationToken cancellationToken) => change switch
    {
        DemoChange.First => First(cancellationToken),
        DemoChange.Second => Second(cancellationToken),
        _ => new Checkouts(client, random, LastOrder).Run(1, cancellationToken),
    };

    private async Task<DemoChanges> First(CancellationToken cancellationToken) =>
        await new Checkouts(client, random, FirstOrder).Run(Orders, cancellationToken)
        + await _documents.PayOrders(cancellationToken)
        + await _structure.AddIndex(cancellationToken)
        + await _structure.ChangeView(cancellationToken)
        + await _documents.Log(cancellationToken);

    private async Task<DemoChanges> Second(CancellationToken cancellationToken)
    {
        var checkouts = new Checkouts(client, random, SecondOrder);
        await checkouts.TakeBack(cancellationToken);
        return await checkouts.Run(Orders, cancellationToken)
            + await _structure.AddRefunds(cancellationToken)
            + await _documents.Refund(cancellationToken)
            + await _documents.ReplaceProducts(cancellationToken)
            + await _documents.DeleteOldCarts(cancellationToken)
            + await _structure.ChangeIndexes(cancellationToken)
            + await _structure.RenameLabels(cancellationToken);
    }
}
