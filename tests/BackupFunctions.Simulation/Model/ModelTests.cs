using BackupFunctions.Embedded.Server;
using BackupFunctions.Simulation.Engine;
using BackupFunctions.Simulation.Truth;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Model;

/// <summary>Random steps, backups at random moments between them, and restores to random points: what is restored is what the model was then.</summary>
public sealed class ModelTests
{
    [Fact]
    public Task A_restore_to_any_point_equals_the_model_at_that_point() => Extent.ForSeeds(3, 60, async seed =>
    {
        var random = new Random(seed);
        await using var server = await EmbeddedMongoServer.Start(new() { MaxTransactionEntryBytes = 500, VectoredInserts = seed % 2 == 0 });
        using var client = new MongoClient(server.ConnectionString);
        using var engine = new SimulatedEngine(server.ConnectionString);
        var steps = new RandomSteps(server, client, random);
        await steps.Run(30);
        await engine.Full();
        for (var round = 0; round < 4; round++)
        {
            await steps.Run(random.Next(10, 30));
            // two full backups of which no slice follows the first are two windows
            if (round > 0 && random.Next(4) == 0) await engine.Full();
            else await engine.Increment(random.Next(2) == 0 ? 3_000 : null);
        }
        await steps.Run(10);
        await engine.Increment();
        ServerContents.Differences(steps.State.Lines(), await ServerContents.Lines(server.ConnectionString)).ShouldBeEmpty("the server differs from the model");

        var window = (await engine.Timeline()).Windows.ShouldHaveSingleItem();
        foreach (var (at, state, step) in Points(steps.History))
        {
            try
            {
                var restored = await engine.RestoreTo(at, ServerContents.Lines);
                ServerContents.Differences(state.Lines(), restored).ShouldBeEmpty($"at {at}, {step}");
            }
            catch (Exception e) when (e is not ShouldAssertException)
            {
                throw new InvalidOperationException($"restore to {at}, {step}, from {window.From} to {window.To}: {e.Message}\n{steps.History.Tail(200)}", e);
            }
        }

        IEnumerable<(Mongo.Optime, ModelState, string)> Points(ModelHistory history)
        {
            yield return history.At(window.From);
            yield return history.At(window.To);
            for (var left = Extent.Of(4, 10); left > 0; left--) yield return history.Pick(random, window.From, window.To);
        }
    });
}
