using System.Collections.Concurrent;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Engine;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Continuous;

/// <summary>Measures the recovery point of continuous backups: from a write's acknowledgement to its slice recorded, with both nodes verified.</summary>
public sealed class RecoveryPointTests
{
    private static readonly TimeSpan Measured = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Every_acknowledged_write_gets_into_a_slice_and_the_time_is_told()
    {
        Assert.SkipUnless(Extent.IsLong, "it measures for minutes");
        await using var server = await EmbeddedMongoServer.Start(new());
        using var client = new MongoClient(server.ConnectionString);
        using var engine = new SimulatedEngine(server.ConnectionString, TimeProvider.System);
        var collection = client.GetDatabase("shop").GetCollection<BsonDocument>("orders");
        await collection.InsertOneAsync(new BsonDocument("_id", -1));
        await engine.Full();

        var waiting = new ConcurrentQueue<(Optime At, long Acknowledged)>();
        var delays = new List<double>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(SimulatedEngine.Cancellation);
        var backup = engine.Engine.BackUpContinuously(null, null, round =>
        {
            round.Gaps.ShouldBeEmpty();
            foreach (var slice in round.Slices) slice.Backup.Copies.Count.ShouldBe(2);
            while (waiting.TryPeek(out var write) && write.At <= round.Covered!.Optime && waiting.TryDequeue(out write)) delays.Add(TimeProvider.System.GetElapsedTime(write.Acknowledged).TotalSeconds);
        }, failure => throw new InvalidOperationException(failure.Message), null, stop.Token);

        using var session = await client.StartSessionAsync();
        var started = TimeProvider.System.GetTimestamp();
        var writes = 0;
        for (; TimeProvider.System.GetElapsedTime(started) < Measured; writes++)
        {
            await collection.InsertOneAsync(session, new BsonDocument { { "_id", writes }, { "text", new string('x', 500) } });
            waiting.Enqueue((session.OperationTime.ToOptime(), TimeProvider.System.GetTimestamp()));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        for (var polls = 0; polls < 600 && !waiting.IsEmpty && !backup.IsCompleted; polls++) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => backup);

        waiting.ShouldBeEmpty();
        delays.Count.ShouldBe(writes);
        delays.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{writes} writes; from the acknowledgement to the slice recorded on two nodes: p50 {delays[delays.Count / 2]:F1} s, p99 {delays[delays.Count * 99 / 100]:F1} s, longest {delays[^1]:F1} s");
    }
}
