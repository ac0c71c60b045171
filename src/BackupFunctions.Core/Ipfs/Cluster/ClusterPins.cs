using System.Globalization;
using System.Net;
using System.Text.Json;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Cluster;

/// <summary>
/// The pins of a cluster, by its REST API (ipfscluster.io/documentation/reference/api). What is asked of it is only accepted: its peers do it later, each
/// for itself. Thread-safe.
/// </summary>
internal sealed class ClusterPins(NodeHttp http, int replication, TimeProvider time)
{
    private const int MaxRecoveries = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(5), AfterRecovery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPin = TimeSpan.FromHours(24);

    /// <summary>The pin in the cluster's list; null when it is not there.</summary>
    public async Task<Allocation?> Find(Cid root, string action, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Get($"allocations/{root}", action, cancellationToken);
            return answer.TextOf("cid") is null ? throw http.Failures.Strange(action, "the answer has no cid") : Allocation.Of(answer);
        }
        catch (BackupException e) when (e.InnerException is NodeAnswerException { Status: HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    /// <summary>Every pin in the cluster's list.</summary>
    public Task<List<Allocation>> List(string action, CancellationToken cancellationToken) =>
        http.Ask(new(action, "allocations", ("filter", "pin")) { Method = HttpMethod.Get }, async answer =>
        {
            var list = new List<Allocation>();
            await foreach (var line in answer.Lines())
                if (Allocation.Of(line) is { } pin) list.Add(pin);
            return list;
        }, cancellationToken);

    /// <summary>Whether enough peers hold the root right now.</summary>
    public async Task<bool> IsPinned(Cid root, string self, string action, CancellationToken cancellationToken) =>
        await Find(root, action, cancellationToken) is { IsRecursive: true } && (await Status(root, action, cancellationToken)).IsEnough(replication, self);

    /// <summary>
    /// Adds the root to the list, unless it is there, and waits until enough peers hold it. A root that is there keeps its name. A peer that failed is asked to
    /// try again a few times.
    /// </summary>
    public async Task Add(Cid root, string name, string self, CancellationToken cancellationToken)
    {
        var action = $"pin {root} on";
        var found = await Find(root, action, cancellationToken);
        if (found?.Promises(replication) != true) await Submit(root, found?.Name ?? name, self, action, cancellationToken);
        await WaitUntilEnough(root, self, action, cancellationToken);
    }

    /// <summary>Takes the root from the list; one that is not there is fine.</summary>
    public async Task Remove(Cid root, CancellationToken cancellationToken)
    {
        try
        {
            await http.Ask(new($"unpin {root} on", $"pins/{root}") { Method = HttpMethod.Delete }, a => a.Last(), cancellationToken);
        }
        catch (BackupException e) when (e.InnerException is NodeAnswerException { Status: HttpStatusCode.NotFound })
        {
            // it may be repeated with the same effect
        }
    }

    private async Task Submit(Cid root, string name, string self, string action, CancellationToken cancellationToken)
    {
        // the peers of both nodes are preferred to others, by each node asking for its own
        var call = new NodeCall(action, $"pins/{root}",
            ("replication", replication.ToString(CultureInfo.InvariantCulture)), ("name", name), ("mode", "recursive"), ("user-allocations", self), ("meta-creator", "backupfunctions"));
        try
        {
            await http.Ask(call, a => a.Last(), cancellationToken);
        }
        catch (BackupException e) when (e.InnerException is NodeAnswerException answer && answer.Message.Contains("not enough peers", StringComparison.Ordinal))
        {
            throw new BackupException(e.Kind, e.Message, "start more peers of the cluster, or lower IPFS_CLUSTER_REPLICATION", answer);
        }
    }

    private async Task WaitUntilEnough(Cid root, string self, string action, CancellationToken cancellationToken)
    {
        var (begun, moved, recoveries, pause) = (time.GetTimestamp(), time.GetTimestamp(), 0, FirstPause);
        for (var (before, now) = (default(PinStatus), default(PinStatus)); ; before = now)
        {
            now = await Status(root, action, cancellationToken);
            if (now.IsEnough(replication, self)) return;
            // the list of peers is compared, and not its identity
            if (before is null || !now.Peers.SequenceEqual(before.Peers) || now.Peers.Any(p => p.IsWorking)) moved = time.GetTimestamp();
            if (time.GetElapsedTime(moved) > http.Patience || time.GetElapsedTime(begun) > LongestPin) throw NotEnough(action, now, "nothing changes any more");
            if (now.Peers.Any(p => p.HasFailed))
            {
                if (recoveries == MaxRecoveries) throw NotEnough(action, now, $"peers fail, and {MaxRecoveries} recoveries did not help");
                await http.Ask(new(action, $"pins/{root}/recover"), a => a.Last(), cancellationToken);
                pause = AfterRecovery * (1 << recoveries++);
            }
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    private async Task<PinStatus> Status(Cid root, string action, CancellationToken cancellationToken) =>
        PinStatus.Of(await Get($"pins/{root}", action, cancellationToken)) ?? throw http.Failures.Strange(action, "the answer has no peer_map");

    private Task<JsonElement> Get(string path, string action, CancellationToken cancellationToken) =>
        http.Ask(new(action, path) { Method = HttpMethod.Get }, a => a.Last(), cancellationToken);

    private BackupException NotEnough(string action, PinStatus status, string why) => http.Failures.Incomplete(
        action,
        $"want it on {(replication < 0 ? "every peer" : $"{replication} peers")}; {why}: {status}",
        "look at the peers that do not say pinned (`ipfs-cluster-ctl status`), or change IPFS_CLUSTER_REPLICATION");
}
