using System.Collections.Concurrent;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Ipfs.Kubo;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Restore;

/// <summary>A restore that reads from a local vault, two nodes and a gateway, all of which fail it in another way.</summary>
public sealed class RestoreSourcesTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_vault_with_holes_a_node_that_dies_halfway_one_that_lies_and_a_gateway_are_enough()
    {
        var (backup, blocks) = await Prepare();
        var cids = blocks.Keys.OrderBy(c => c.ToString()).ToList();
        var vault = new MemoryNode("vault");
        foreach (var cid in cids.Where((_, i) => i % 3 == 0)) vault.Held[cid] = blocks[cid];
        var (first, second) = (_rig.Repository.First, _rig.Repository.Second);
        var asked = 0;
        first.Before = _ =>
        {
            // how many it is asked for goes by which blocks the vault happens to lack
            if (Interlocked.Increment(ref asked) == 2) first.Refused = NodeCalls.All;
            return Task.CompletedTask;
        };
        second.Alters = (_, bytes) => [.. bytes.Select((b, i) => i == 0 ? (byte)~b : b)];
        var given = new ConcurrentBag<Cid>();
        await using var server = new ScriptedServer([], otherwise: e =>
        {
            var cid = Cid.Parse(e.Command.Split('/')[^1]);
            if (!blocks.TryGetValue(cid, out var bytes)) return e.Text("not found", 404);
            given.Add(cid);
            return e.Bytes(bytes);
        });
        using var gateway = new Gateway(new("IPFS_GATEWAY_URL", NodeKind.Gateway, server.Url, null), new SystemRandomSource(), TimeProvider.System);
        _rig.Sources = [vault, first, second, gateway];

        var result = await _rig.Restore(backup.Root);
        result.Differences.ShouldBeEmpty();
        (result.Documents, result.Bytes).ShouldBe((backup.Documents, backup.Bytes));
        first.Refused.ShouldBe(NodeCalls.All, "the node died on the way");
        given.ShouldNotBeEmpty();
        given.ShouldAllBe(cid => !vault.Held.ContainsKey(cid));
    }

    private async Task<(BackupEntry Backup, Dictionary<Cid, byte[]> Blocks)> Prepare()
    {
        await _rig.Fill("one", 0, 500);
        await _rig.Fill("two", 0, 20);
        var backup = (await _rig.BackUp()).Backup;
        await _rig.Drop();
        return (backup, new(_rig.Repository.First.Inner.Blocks));
    }
}
