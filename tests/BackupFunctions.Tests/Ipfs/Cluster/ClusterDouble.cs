using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Cluster;
using BackupFunctions.Tests.Ipfs.Kubo;
using BackupFunctions.Tests.Ipfs.Nodes;

namespace BackupFunctions.Tests.Ipfs.Cluster;

/// <summary>
/// A TEST DOUBLE of the REST API of IPFS Cluster 1.1.6, built from its documentation and the shapes in its source, over real nodes. It proves that the client
/// does what those say; it proves nothing about a real cluster. Peers pin on their nodes when they are asked for the status.
/// </summary>
internal sealed class ClusterDouble : IAsyncDisposable
{
    private const int MaxHead = 4096;
    private static readonly DiskFiles Files = new();

    private readonly HttpClient _nodes = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly ConcurrentDictionary<Cid, DoublePin> _pins = [];
    private readonly List<ScriptedServer> _servers = [];

    public ClusterDouble(IpfsNodePair pair)
    {
        Peers = [.. Enumerable.Range(0, 2).Select(i => new DoublePeer($"12D3KooWPeer{i}", $"peer-{i}", pair.Urls[i], pair.Ids[i]))];
        foreach (var peer in Peers) _servers.Add(new([], otherwise: e => Serve(peer, e)));
    }

    public IReadOnlyList<DoublePeer> Peers { get; }

    /// <summary>Who may ask; null: everyone.</summary>
    public DoubleAccess? Access { get; init; }

    /// <summary>What the trailer of adds and lists says.</summary>
    public string TrailerError { get; set; } = "";

    /// <summary>A method that is answered with an error.</summary>
    public string? Refuses { get; set; }

    /// <summary>The pins in the list.</summary>
    public IEnumerable<DoublePin> Pins => _pins.Values;

    public Uri Url(int peer) => _servers[peer].Url;

    /// <summary>Every request to a peer, as <c>METHOD /path?query</c>.</summary>
    public IEnumerable<string> Asked(int peer) => _servers[peer].Asked.Select(e => string.Join(' ', e.Head.Split(' ').Take(2)));

    public ClusterNode Open(int peer = 0, int replication = 2, TimeSpan? timeout = null, string? token = null, string? user = null, TimeProvider? time = null, TimeSpan? nodeTimeout = null)
    {
        var patience = timeout ?? Defaults.NodeTimeout;
        var url = user is null ? Url(peer) : new Uri($"http://{user}@{Url(peer).Authority}");
        var setting = new NodeSetting("IPFS_CLUSTER_NODE_1", NodeKind.Cluster, url, token)
        {
            Timeout = patience,
            Cluster = new(new("IPFS_NODE_1_URL", NodeKind.Kubo, Peers[peer].Node, null) { Timeout = nodeTimeout ?? patience }, replication),
        };
        return ClusterNode.Open(setting, Files, new SystemRandomSource(), time ?? TimeProvider.System);
    }

    /// <summary>Puts a pin into the list past the client, with no status yet.</summary>
    public void Put(DoublePin pin) => _pins[pin.Root] = pin;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        _nodes.Dispose();
    }

    private async Task Serve(DoublePeer peer, Exchange e)
    {
        var method = e.Head.Split(' ')[0];
        var query = System.Web.HttpUtility.ParseQueryString(e.Query);
        if (e.Head.Length > MaxHead) await e.Text("431 Request Header Fields Too Large", 431);
        else if (Access?.Refusal(e.Head) is { } refusal) await Error(e, 401, refusal, "WWW-Authenticate: Bearer realm=\"Restricted IPFS Cluster API\"\r\n");
        else if (method == Refuses) await Error(e, 500, "raft: no leader");
        else if (e.Command.EndsWith('/')) await e.Text("", 307, $"Location: {e.Command.TrimEnd('/')}\r\n");
        else
        {
            await ((method, e.Command.Trim('/').Split('/')) switch
            {
                ("GET", ["id"]) => e.Json(JsonSerializer.Serialize(new
                {
                    id = peer.Id,
                    version = "1.1.6",
                    rpc_protocol_version = "/ipfscluster/1.0/rpc",
                    error = "",
                    peername = peer.Name,
                    ipfs = new { id = peer.NodeId, addresses = Array.Empty<string>(), error = peer.NodeId.Length > 0 ? "" : "dial tcp: connection refused" },
                })),
                ("POST", ["add"]) => Add(peer, e, query["stream-channels"] != "false", query["format"] == "car" && query["no-pin"] == "true" && query["local"] == "true"),
                ("GET", ["allocations"]) => List(e),
                ("GET", ["allocations", var cid]) => _pins.TryGetValue(Cid.Parse(cid), out var pin) ? e.Json(pin.Json()) : Error(e, 404, "pin is not part of the pinset"),
                ("POST", ["pins", var cid]) => Pin(e, Cid.Parse(cid), query),
                ("POST", ["pins", var cid, "recover"]) => Recover(e, Cid.Parse(cid)),
                ("GET", ["pins", var cid]) => Status(e, Cid.Parse(cid)),
                ("DELETE", ["pins", var cid]) => Unpin(e, Cid.Parse(cid)),
                _ => Error(e, 404, "not found"),
            });
        }
    }

    /// <summary>The blocks go to the node of this peer alone: <c>local=true</c>.</summary>
    private async Task Add(DoublePeer peer, Exchange e, bool streams, bool known)
    {
        await e.ReadBody();
        if (e.Body is null) return;
        var (problem, bytes) = (known ? "" : "the double knows local adds of a CAR without a pin only", 0L);
        try
        {
            // the part ends before the line of the boundary
            var start = e.Body.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            var car = e.Body[start..e.Body.AsSpan().LastIndexOf("\r\n--"u8)];
            var reader = await CarReader.Open(new MemoryStream(car), CancellationToken.None);
            if (reader.RawRoots.Count != 1) problem = "only CAR files with a single root are supported";
            var blocks = 0;
            await foreach (var block in reader.Blocks(CancellationToken.None)) (blocks, bytes) = (blocks + 1, bytes + block.Data.Length);
            if (blocks == 0)
            {
                // the adder panics, and Go's server drops the connection
                e.Reset();
                return;
            }
            using var content = new MultipartFormDataContent("b") { { new ByteArrayContent(car) { Headers = { ContentType = new("application/octet-stream") } }, "file", "blocks.car" } };
            using var answer = await _nodes.PostAsync(new Uri(peer.Node, "/api/v0/dag/import?pin-roots=false"), content);
            if (!answer.IsSuccessStatusCode) problem = "failed to put block on all destinations";
        }
        catch (BackupException wrong)
        {
            problem = wrong.Message;
        }
        var line = JsonSerializer.Serialize(new { name = "blocks.car", cid = "bafkqaaa", bytes, size = 0, allocations = new[] { peer.Id } });
        if (streams) await e.Chunked(problem.Length > 0 ? "\n" : line + "\n", problem.Length > 0 ? problem : TrailerError);
        else if (problem.Length > 0) await Error(e, 500, problem);
        else await e.Chunked($"[{line}]\n", TrailerError);
    }

    private async Task List(Exchange e)
    {
        if (_pins.IsEmpty) await e.Raw("HTTP/1.1 204 No Content\r\nTrailer: X-Stream-Error\r\nConnection: close\r\n\r\n");
        else await e.Chunked(string.Concat(Pins.Select(p => p.Json() + "\n")), TrailerError);
    }

    private async Task Pin(Exchange e, Cid root, System.Collections.Specialized.NameValueCollection query)
    {
        var factor = int.Parse(query["replication"]!, CultureInfo.InvariantCulture);
        if (factor > Peers.Count)
        {
            await Error(e, 500, $"not enough peers to allocate CID. Needed at least: {factor}. Wanted at most: {factor}. Available candidates: {Peers.Count}. See logs for more info.");
            return;
        }
        var wanted = (query["user-allocations"] ?? "").Split(',');
        var allocations = factor < 0 ? [] : Peers.Select(p => p.Id).OrderByDescending(wanted.Contains).Take(factor).ToArray();
        var metadata = query.AllKeys.OfType<string>().Where(k => k.StartsWith("meta-", StringComparison.Ordinal)).ToDictionary(k => k[5..], k => query[k]!);
        _pins[root] = new(root, query["name"] ?? "", query["mode"] ?? "recursive", factor, allocations, metadata);
        await e.Json(_pins[root].Json());
    }

    private async Task Status(Exchange e, Cid root)
    {
        var known = _pins.GetValueOrDefault(root);
        var map = new Dictionary<string, object>();
        foreach (var peer in Peers)
        {
            var (status, error) = known is null ? ("unpinned", "")
                : known.Allocations.Length > 0 && !known.Allocations.Contains(peer.Id) ? ("remote", "")
                : await peer.StatusOf(root, () => PinOn(peer, known));
            map[peer.Id] = new { peername = peer.Name, ipfs_peer_id = peer.NodeId, status, timestamp = "2026-01-01T00:00:00Z", error, attempt_count = 0, priority_pin = false };
        }
        await e.Json(JsonSerializer.Serialize(new { cid = $"{root}", name = known?.Name ?? "", allocations = known?.Allocations, origins = Array.Empty<string>(), peer_map = map }));
    }

    private async Task Recover(Exchange e, Cid root)
    {
        foreach (var peer in Peers) peer.Recover();
        await Status(e, root);
    }

    private async Task Unpin(Exchange e, Cid root)
    {
        if (!_pins.TryRemove(root, out var pin))
        {
            await Error(e, 404, "pin is not part of the pinset");
            return;
        }
        foreach (var peer in Peers)
        {
            peer.Forget(root);
            using var _ = await _nodes.PostAsync(new Uri(peer.Node, $"/api/v0/pin/rm?arg={root}"), null);
        }
        await e.Json(pin.Json());
    }

    private async Task<string> PinOn(DoublePeer peer, DoublePin pin)
    {
        using var answer = await _nodes.PostAsync(new Uri(peer.Node, $"/api/v0/pin/add?arg={pin.Root}&name={Uri.EscapeDataString(pin.Name)}&timeout=20s"), null);
        return answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync();
    }

    private static Task Error(Exchange e, int code, string message, string headers = "") => e.Json(JsonSerializer.Serialize(new { code, message }), code, headers);
}

/// <summary>A pin in the list of the double.</summary>
internal sealed record DoublePin(Cid Root, string Name, string Mode, int Factor, string[] Allocations, Dictionary<string, string> Metadata)
{
    public string Json() => JsonSerializer.Serialize(new
    {
        replication_factor_min = Factor,
        replication_factor_max = Factor,
        name = Name,
        mode = Mode,
        shard_size = 0,
        user_allocations = (string[]?)null,
        expire_at = "0001-01-01T00:00:00Z",
        metadata = Metadata,
        pin_update = (string?)null,
        origins = Array.Empty<string>(),
        cid = $"{Root}",
        type = "pin",
        allocations = Allocations,
        max_depth = Mode == "recursive" ? -1 : 0,
        reference = (string?)null,
        timestamp = "2026-01-01T00:00:00Z",
    });
}
