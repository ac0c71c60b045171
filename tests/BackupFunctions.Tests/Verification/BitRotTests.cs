using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Verification;

/// <summary>Many blocks damaged at once, data and directories alike, and what a scrub finds of it, against the blocks as they were and walks of the backups' DAGs by the test.</summary>
public sealed class BitRotTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    private StoringNode First => _rig.Repository.First.Inner;

    private StoringNode Second => _rig.Repository.Second.Inner;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_thousand_random_corruptions_on_one_node_are_all_found_and_healed()
    {
        const int Damaged = 1_000;
        // each collection of some documents has blocks of its own: data, chunk list, directories
        for (var n = 0; n < 800; n++) await _rig.Fill($"things{n}", 1_000 * n, 3, 500);
        await _rig.BackUp(width: 4);
        await First.CollectGarbage();
        var whole = First.Blocks.ToDictionary();
        var victims = Sample(whole.Keys, Damaged, seed: 6);
        var random = new Random(7);
        foreach (var victim in victims) BitRot.Damage(First, victim, random);

        var result = await _rig.Scrub();
        (result.Copies[0].Healed, result.Lost, result.Unhealed).ShouldBe((Damaged, 0, 0));
        (result.Copies[1].Healed, result.Copies[1].Problem).ShouldBe((0, null));
        foreach (var (cid, bytes) in whole) First.Blocks[cid].ShouldBe(bytes);
        _rig.Alerts.All.Single(a => a.Event == "scrub.finding").Level.ShouldBe(AlertLevel.Info);
        var state = await State();
        (state.Scrubs.Single(s => s.Node == First.Name).Healed, state.Damaged.Count).ShouldBe((Damaged, 0));
        var again = await _rig.Scrub();
        again.Copies.ShouldAllBe(c => c.Healed == 0 && c.Problem == null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_damaged_on_both_nodes_is_reported_with_exactly_the_backups_that_have_it(bool leavesOnly)
    {
        const int Damaged = 150;
        var dags = await BackedUp(9);
        var backups = dags.Keys.Order().ToList();
        // three backups, of different ages, have none of it
        var spared = new[] { backups[0], backups[4], backups[^1] }.SelectMany(b => dags[b]).ToHashSet();
        var victims = Sample(dags.Values.SelectMany(d => d).Distinct().Where(c => !spared.Contains(c) && (!leavesOnly || c.Codec == Cid.RawCodec)), Damaged, seed: 8);
        var random = new Random(9);
        foreach (var victim in victims)
        {
            BitRot.Damage(First, victim, random);
            BitRot.Damage(Second, victim, random);
        }
        // and on one node alone, which is healed meanwhile; what lies below a directory that nobody has cannot be found any more
        var healable = Sample(spared, 100, seed: 10);
        foreach (var victim in healable) BitRot.Damage(Second, victim, random);

        var result = await _rig.Scrub();
        var affected = backups.Where(b => dags[b].Overlaps(victims)).ToList();
        affected.Count.ShouldBeInRange(4, backups.Count - 3);
        result.Affected.ShouldBe(affected);
        result.Copies.ShouldAllBe(c => c.Affected.Order().SequenceEqual(affected) && c.Unhealed == 0);
        if (leavesOnly) result.Copies.ShouldAllBe(c => c.Lost == Damaged);
        else result.Copies.ShouldAllBe(c => c.Lost > 0 && c.Lost <= Damaged);
        (result.Copies[0].Healed, result.Copies[1].Healed).ShouldBe((0, healable.Count));

        var told = _rig.Alerts.All.Single(a => a.Event == "scrub.finding");
        (told.Level, told.Details["backups"]).ShouldBe((AlertLevel.Error, string.Join(' ', affected)));
        var state = await State();
        state.Damaged.Select(d => d.Backup).Distinct().Order().ShouldBe(affected);
        foreach (var backup in state.Backups) state.IsDamaged(backup.Id).ShouldBe(affected.Contains(backup.Id));
    }

    // full backups with a slice now and then; some collections are in all, some in one alone
    private async Task<Dictionary<BackupId, HashSet<Cid>>> BackedUp(int count)
    {
        for (var n = 0; n < 20; n++) await _rig.Fill($"shared{n}", 1_000 * n, 3, 500);
        for (var backup = 0; backup < count; backup++)
        {
            for (var n = 0; n < 12; n++) await _rig.Fill($"own{backup}_{n}", 100_000 + (1_000 * ((backup * 12) + n)), 3, 500);
            await _rig.BackUp(width: 4);
            if (backup % 3 == 0) await _rig.BackUpIncrement();
            for (var n = 0; n < 12; n++) await Drop($"own{backup}_{n}");
            if (backup % 3 == 1) (await _rig.BackUpIncrement()).Slices.ShouldNotBeEmpty();
        }
        var dags = new Dictionary<BackupId, HashSet<Cid>>();
        foreach (var backup in (await State()).Backups)
        {
            var blocks = dags[backup.Id] = [];
            await foreach (var cid in DagWalk.From(backup.Root, (c, _) => Task.FromResult(First.Blocks[c]), cancellationToken: BackupRig.Cancellation)) blocks.Add(cid);
        }
        return dags;
    }

    private Task Drop(string collection) => _rig.Collection(collection).Database.DropCollectionAsync(collection, BackupRig.Cancellation);

    private Task<ManifestState> State() => _rig.Manifest.Load(BackupRig.Cancellation);

    private static HashSet<Cid> Sample(IEnumerable<Cid> from, int count, int seed)
    {
        var all = from.OrderBy(c => c.ToString(), StringComparer.Ordinal).ToArray();
        all.Length.ShouldBeGreaterThan(count);
        new Random(seed).Shuffle(all);
        return [.. all.Take(count)];
    }
}
