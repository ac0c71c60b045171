using BackupFunctions.Embedded.Server;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Engine;
using BackupFunctions.Simulation.Truth;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Chaos;

/// <summary>A replica set of three that much happens to, and backups of it between and during that.</summary>
internal sealed class ChainSimulation(EmbeddedMongoServer server, MongoClient client, SimulatedEngine engine, Random random)
{
    private readonly List<string> _log = [];
    private readonly OplogTree _tree = new(server, client);
    // then two histories may have entries of one time
    private readonly bool _reusesTimes = random.Next(3) == 0;
    private long _number;

    /// <summary>What happened, in order.</summary>
    public string Log => string.Join("\n", _log);

    public async Task Run(int steps)
    {
        await Write();
        await Full();
        for (; steps > 0; steps--)
        {
            await (random.Next(18) switch
            {
                < 5 => Write(),
                < 9 => Increment(),
                9 => Full(),
                10 => CancelledIncrement(),
                11 => FullBesideSlices(),
                12 => RollOver(),
                13 or 14 => RollBack(),
                15 => JumpClock(),
                16 => StepDown(),
                _ => Hold(),
            });
        }
        for (var member = 0; member < 3; member++) server.Controls.Release(member);
        await Write();
        await Increment();
        // what the last write was is covered: by the chain, or by the full backup that took its place
        (await engine.Timeline()).Windows.ShouldContain(w => w.To == _tree.Newest.At, Log);
    }

    /// <summary>Each window holds what it claims, and what lies between two is a gap with its reason.</summary>
    public async Task Check()
    {
        var (manifest, timeline) = (await engine.Manifest(), await engine.Timeline());
        timeline.Gaps.Count(g => g.Before is not null).ShouldBe(timeline.Windows.Count - 1, Log);
        foreach (var window in timeline.Windows)
        {
            var inside = _tree.Between(window.From, window.To);
            Optime[] points = [window.From, window.To, .. inside.Count > 0 ? [inside[random.Next(inside.Count)]] : Array.Empty<Optime>()];
            foreach (var point in points.Distinct())
            {
                var chosen = await engine.Choose(point);
                var last = manifest.Backups.Single(b => b.Root == (chosen.Slices.Count > 0 ? chosen.Slices[^1] : chosen.Root));
                var what = $"at {point}, from {window.From} to {window.To}\n{Log}";
                var found = await Try(() => engine.RestoreTo(point, ServerContents.Numbers), what);
                ServerContents.Differences(_tree.At(point, last.Oplog!.Through.Optime), found).ShouldBeEmpty(what);
            }
        }
    }

    private async Task Write()
    {
        var writes = random.Next(1, 6);
        for (var left = writes; left > 0; left--)
        {
            var id = random.Next(12);
            var collection = client.GetDatabase("chain").GetCollection<BsonDocument>($"links{id % 2}");
            if (random.Next(5) == 0) await collection.DeleteOneAsync(new BsonDocument("_id", id));
            else if (random.Next(4) == 0) await Transaction();
            else await collection.ReplaceOneAsync(new BsonDocument("_id", id), new BsonDocument { { "_id", id }, { "n", ++_number } }, new ReplaceOptions { IsUpsert = true });
        }
        await _tree.Grow();
        Tell($"write {writes} times");
    }

    private async Task Transaction()
    {
        using var session = await client.StartSessionAsync();
        var number = ++_number;
        await session.WithTransactionAsync(async (transaction, cancellationToken) =>
        {
            foreach (var name in new[] { "links0", "links1" })
                await client.GetDatabase("chain").GetCollection<BsonDocument>(name)
                    .ReplaceOneAsync(transaction, new BsonDocument("_id", "pair"), new BsonDocument { { "_id", "pair" }, { "n", number } }, new ReplaceOptions { IsUpsert = true }, cancellationToken);
            return number;
        }, cancellationToken: SimulatedEngine.Cancellation);
    }

    private async Task Full()
    {
        await Try(engine.Full, Log);
        Tell("full backup");
    }

    private async Task Increment()
    {
        var before = await engine.Timeline();
        var missing = before.Tips().Tips.Where(t => !t.IsOptional).Select(t => t.Covered).Where(m => !_tree.Has(m.Optime)).ToList();
        var result = await Try(() => engine.Increment(random.Next(2) == 0 ? 500 : null), Log);
        Tell($"incremental backup: {result.Slices.Count} slices, {result.Gaps.Count} gaps{(result.Full is null ? "" : ", full")}");
        var reported = result.Gaps.Select(g => g.After).ToHashSet();
        // never a silent hole: whatever the chain would have continued and is gone is told
        foreach (var mark in missing) reported.ShouldContain(mark, Log);
        var after = await engine.Timeline();
        after.Windows.ShouldContain(w => w.From <= result.Covered!.Optime && w.To >= result.Covered.Optime, Log);
    }

    private async Task CancelledIncrement()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(SimulatedEngine.Cancellation);
        var (at, seen) = (random.Next(1, 8), 0);
        try
        {
            await Try(() => engine.Increment(200, _ =>
            {
                if (++seen == at) cancel.Cancel();
            }, cancel.Token), Log);
            Tell($"incremental backup, cancelled at status {at}, too late");
        }
        catch (OperationCanceledException) when (!SimulatedEngine.Cancellation.IsCancellationRequested)
        {
            Tell($"incremental backup, cancelled at status {at}");
        }
    }

    private async Task FullBesideSlices()
    {
        var full = engine.Full();
        for (var left = 2; left > 0; left--)
        {
            await Write();
            await Try(() => engine.Increment(300), Log);
        }
        await Try(() => full, Log);
        Tell("full backup beside slices");
    }

    private Task RollOver()
    {
        var kept = random.Next(1, 8);
        server.Controls.KeepOplogEntries(kept);
        Tell($"oplog rolls over, {kept} entries stay");
        return Task.CompletedTask;
    }

    private async Task RollBack()
    {
        var entries = random.Next(1, 5);
        try
        {
            server.Controls.Rollback(entries, _reusesTimes);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // the oplog has not so many, or the state before them is no longer kept
            Tell($"no rollback of {entries}: {e.Message}");
            return;
        }
        _tree.RollBack(entries);
        await _tree.Grow();
        Tell($"rollback of {entries}{(_reusesTimes ? ", times are used again" : "")}, term {server.Controls.Term}");
    }

    private Task JumpClock()
    {
        var by = random.Next(2) == 0 ? TimeSpan.FromDays(42) : TimeSpan.FromHours(-3);
        server.Controls.JumpClock(by);
        Tell($"clock jumps by {by}");
        return Task.CompletedTask;
    }

    private async Task StepDown()
    {
        server.Controls.StepDown();
        await _tree.Grow();
        Tell($"step-down, member {server.Controls.Primary} is primary");
    }

    private Task Hold()
    {
        var member = random.Next(3);
        for (var other = 0; other < 3; other++) server.Controls.Release(other);
        if (member == server.Controls.Primary) Tell("no member lags");
        else
        {
            server.Controls.Hold(member);
            Tell($"member {member} lags");
        }
        return Task.CompletedTask;
    }

    private void Tell(string what) => _log.Add($"{_tree.Newest.At} {what}");

    private static async Task<T> Try<T>(Func<Task<T>> action, string log)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{e.Message}\n{log}", e);
        }
    }
}
