using BackupFunctions.Backup;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Engine;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Bounds;

/// <summary>A restore to any point in time holds exactly the writes that were acknowledged up to it: nothing missing, nothing later, no half transaction.</summary>
public sealed class BoundsTests
{
    private const int SmallSlice = 100_000;

    // less than the operations of one transaction, so that these are several entries
    private const int TransactionEntryBytes = 400;

    [Fact]
    public Task A_restore_holds_exactly_the_writes_that_were_acknowledged_up_to_its_point() => Extent.ForSeeds(1, 1, async seed =>
    {
        await using var server = await EmbeddedMongoServer.Start(new() { MaxTransactionEntryBytes = TransactionEntryBytes, VectoredInserts = seed % 2 == 0 });
        using var client = new MongoClient(server.ConnectionString);
        using var engine = new SimulatedEngine(server.ConnectionString);
        var bulk = await Bulk(client);

        var writers = Enumerable.Range(0, Extent.Of(4, 8)).Select(n => new CounterWriter(client, n, (seed * 1_000) + n)).ToList();
        var stopped = false;
        var writing = Task.WhenAll(writers.Select(w => w.Run(Extent.Of(600, 1_500), () => Volatile.Read(ref stopped))));
        await engine.Full();
        await engine.Increment(SmallSlice);
        await engine.Increment();
        var second = engine.Full();
        await engine.Increment(SmallSlice);
        var middle = (await second).Backup;
        await engine.Increment(SmallSlice);
        Volatile.Write(ref stopped, true);
        await writing;
        await engine.Increment();

        var entries = await new CommittedChanges().Read(client, new BsonTimestamp(0));
        var history = new AcknowledgedHistory([bulk, .. writers.SelectMany(w => w.Writes)], entries);
        var timeline = await engine.Timeline();
        timeline.Gaps.ShouldBeEmpty();
        var window = timeline.Windows.ShouldHaveSingleItem();
        window.To.ShouldBe(server.Controls.LastOptime.ToOptime(window.To.Term));
        var points = Points(new(seed), window, middle, entries);
        foreach (var point in points)
        {
            var found = await engine.RestoreTo(point, ServerContents.Numbers);
            ServerContents.Differences(history.At(point), found).ShouldBeEmpty($"at {point}, from {window.From} to {window.To}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{writers.Sum(w => w.Writes.Count)} acknowledged writes at {history.Times.Count} times, {entries.Count} oplog entries, {window.Slices.Count} slices, {points.Count} points restored");
    });

    // the ends, the middle of the second full backup, slice borders and what lies just before them, and any entries
    private static List<Optime> Points(Random random, RestorableWindow window, BackupEntry middle, List<CommittedEntry> entries)
    {
        var times = entries.Select(e => e.At).Where(t => t >= window.From && t <= window.To).ToList();
        var during = times.Where(t => t >= middle.StartOptime && t <= middle.ConsistentAt).DefaultIfEmpty(middle.ConsistentAt!).ToList();
        var borders = window.Slices.Select(s => s.Oplog!.Through.Optime).ToList();
        List<Optime> points = [window.From, window.To, during[during.Count / 2], borders[borders.Count / 2], borders[borders.Count / 3].Before()];
        points.RemoveAll(p => p < window.From || p > window.To);
        var wanted = Math.Min(Extent.Of(8, 200), times.Count);
        for (var tries = 20 * wanted; points.Count < wanted && tries > 0; tries--)
        {
            var next = random.Next(4) switch
            {
                0 => borders[random.Next(borders.Count)],
                1 => during[random.Next(during.Count)],
                _ => times[random.Next(times.Count)],
            };
            if (!points.Contains(next)) points.Add(next);
        }
        return points;
    }

    private static async Task<AcknowledgedWrite> Bulk(MongoClient client)
    {
        using var session = await client.StartSessionAsync();
        var documents = Enumerable.Range(0, 1_000).Select(i => new BsonDocument { { "_id", i }, { "n", (long)i }, { "text", new string((char)('a' + (i % 26)), 300) } });
        await client.GetDatabase("ledger").GetCollection<BsonDocument>("bulk").InsertManyAsync(session, documents);
        return new("bulk", new(0, 0), session.OperationTime.ToOptime(), [.. Enumerable.Range(0, 1_000).Select(i => new Change($"ledger.bulk {i}", i))]);
    }
}
