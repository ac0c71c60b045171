using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs.Http;
using BackupFunctions.Ipfs.Kubo;

namespace BackupFunctions.Ipfs.Cluster;

/// <summary>
/// A peer of an IPFS Cluster (REST API 1.1) and the node behind it: adds and pins go through the cluster, which keeps as many copies as it is told; blocks are
/// read from the node. What is only held goes to the node as well, so that no other peer copies half of a backup.
/// </summary>
public sealed class ClusterNode : IIpfsNode, IDisposable
{
    private const int MaxPinName = 255;
    // an add of no blocks makes the cluster's adder fail (1.1.6)
    private static readonly Block EmptyBlock = new(Cid.Raw([]), ReadOnlyMemory<byte>.Empty);

    private readonly NodeHttp _http;
    private readonly ClusterPins _pins;
    private readonly KuboNode _behind;
    private volatile ClusterIdentity? _self;

    private ClusterNode(string name, NodeHttp http, ClusterPins pins, KuboNode behind) => (Name, _http, _pins, _behind) = (name, http, pins, behind);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Prepares to ask; nothing is sent yet. Fails with <see cref="ErrorKind.Configuration"/> when the certificate authorities cannot be read.</summary>
    public static ClusterNode Open(NodeSetting setting, IFiles files, IRandomSource random, TimeProvider time)
    {
        var cluster = setting.Cluster ?? throw new ArgumentException($"{setting.SettingName} is no cluster", nameof(setting));
        var handlers = NodeHandlers.For(setting, files);
        var behind = KuboNode.Open(cluster.Behind, files, random, time);
        var http = new NodeHttp(NodeApi.Cluster, setting, handlers, random, time);
        return new(setting.ToString(), http, new(http, cluster.Replication, time), behind);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _behind.Dispose();
    }

    /// <summary>The node behind the peer, which keeps the blocks; fails when the peer keeps them on another.</summary>
    public async Task<NodeIdentity> Identify(CancellationToken cancellationToken)
    {
        const string Action = "identify";
        _self = null;
        var self = await Self(Action, cancellationToken);
        var node = await _behind.Identify(cancellationToken);
        if (self.IpfsId is null) throw _http.Failures.Incomplete(Action, $"the node behind the peer does not answer it: {self.IpfsError}", "start that node, or correct its address in the peer's settings");
        if (self.IpfsId != node.Id)
            throw _http.Failures.Incomplete(Action, $"the node behind the peer is {self.IpfsId}, and {_behind.Name} is {node.Id}", "name the node that belongs to the cluster peer");
        return new(node.Id, $"cluster {self.Version}, {node.Agent}");
    }

    /// <inheritdoc/>
    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => _behind.Has(cid, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => _behind.Get(cid, cancellationToken);

    /// <summary>
    /// As <see cref="IIpfsNode.Import"/> has it, into the node behind this peer alone. That the cluster says it stored everything is not enough to know:
    /// <see cref="Hold"/> asks the node.
    /// </summary>
    public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken)
    {
        // one answer at the end with a status that tells, in place of a 200 at the beginning; one copy, here: the pin makes the others
        var call = new NodeCall("import blocks into", "add", ("format", "car"), ("local", "true"), ("no-pin", "true"), ("replication", "1"), ("stream-channels", "false"));
        return _http.Upload(call, new(car), async (answer, sent) =>
        {
            var added = default(JsonElement);
            await foreach (var line in answer.Lines()) added = line.ValueKind == JsonValueKind.Array ? line.EnumerateArray().LastOrDefault() : line;
            if (added.NumberOf("bytes") is not { } bytes) throw _http.Failures.Strange(call.Action, "the answer does not say what was added");
            if (bytes != sent.Bytes) throw new NodeAnswerException(HttpStatusCode.OK, $"that it stored {bytes} of {sent.Bytes} bytes");
        }, cancellationToken, EmptyBlock);
    }

    /// <summary>
    /// As <see cref="IIpfsNode.Pin"/> has it, on as many peers as the setting wants. The node behind this one pins first: it alone tells what is missing, and so
    /// it keeps its copy even where the cluster gives the pin to other peers.
    /// </summary>
    public async Task Pin(Cid root, string name, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxPinName) throw new ArgumentException($"pin name is over {MaxPinName} bytes: '{name}'", nameof(name));
        var self = await Self($"pin {root} on", cancellationToken);
        await _behind.Pin(root, name, cancellationToken);
        await _pins.Add(root, name, self.Peer, cancellationToken);
    }

    /// <summary>As <see cref="IIpfsNode.Unpin"/> has it. The list of the cluster loses it last: what stands there is found again when this is cut off.</summary>
    public async Task Unpin(Cid root, CancellationToken cancellationToken)
    {
        await _behind.Unpin(root, cancellationToken);
        await _pins.Remove(root, cancellationToken);
    }

    /// <inheritdoc/>
    public Task Hold(Cid root, string name, CancellationToken cancellationToken) => _behind.Hold(root, name, cancellationToken);

    /// <summary>The pins of the node behind this peer, of which the cluster knows only some.</summary>
    public IAsyncEnumerable<PinnedRoot> Holds(CancellationToken cancellationToken) => _behind.Pins(cancellationToken);

    /// <inheritdoc/>
    public Task<PinnedRoot?> PinOver(Cid block, CancellationToken cancellationToken) => _behind.PinOver(block, cancellationToken);

    /// <inheritdoc/>
    public Task Remove(Cid block, CancellationToken cancellationToken) => _behind.Remove(block, cancellationToken);

    /// <inheritdoc/>
    public Task Release(Cid root, CancellationToken cancellationToken) => _behind.Unpin(root, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsHeld(Cid root, CancellationToken cancellationToken) => _behind.IsPinned(root, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> IsPinned(Cid root, CancellationToken cancellationToken)
    {
        var action = $"look for pin {root} on";
        var self = await Self(action, cancellationToken);
        return await _pins.IsPinned(root, self.Peer, action, cancellationToken);
    }

    /// <summary>Those of the node behind the peer.</summary>
    public Task<long?> FreeBytes(CancellationToken cancellationToken) => _behind.FreeBytes(cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var pin in await _pins.List("list pins of", cancellationToken))
            if (pin.IsRecursive) yield return new(pin.Root, pin.Name);
    }

    private async Task<ClusterIdentity> Self(string action, CancellationToken cancellationToken) =>
        _self ??= ClusterIdentity.Of(await _http.Ask(new(action, "id") { Method = HttpMethod.Get }, a => a.Last(), cancellationToken))
            ?? throw _http.Failures.Strange(action, "the answer has no id of a cluster peer");
}
