using BackupFunctions.Embedded.Server;
using BackupFunctions.Simulation.Engine;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Chaos;

/// <summary>Whatever happens to the oplog, the chain is continuous or its gap is reported, and what is claimed to be restorable is.</summary>
public sealed class ChaosTests
{
    [Fact]
    public Task The_chain_is_continuous_or_its_gap_is_reported() => Extent.ForSeeds(4, 80, async seed =>
    {
        await using var server = await EmbeddedMongoServer.Start(new() { Members = 3 });
        using var client = new MongoClient(server.ConnectionString);
        using var engine = new SimulatedEngine(server.ConnectionString);
        var simulation = new ChainSimulation(server, client, engine, new(seed));
        await simulation.Run(20);
        await simulation.Check();
    });
}
