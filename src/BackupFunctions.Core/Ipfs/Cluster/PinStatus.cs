using System.Text.Json;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Cluster;

/// <summary>What the peers of a cluster say of one pin, in order of their ids. All say <c>unpinned</c> of one that the cluster does not know.</summary>
internal sealed record PinStatus(IReadOnlyList<PeerStatus> Peers)
{
    /// <summary>What the answer to <c>GET /pins/{cid}</c> says; null when it is no such answer.</summary>
    public static PinStatus? Of(JsonElement answer) => answer.Member("peer_map") is { ValueKind: JsonValueKind.Object } peers
        ? new([.. peers.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(Peer)])
        : null;

    /// <summary>
    /// Whether as many peers hold it as are wanted (-1: every one), and the peer behind which this node is holds it, or needs not.
    /// </summary>
    public bool IsEnough(int replication, string self) =>
        Peers.Any(p => p.Peer == self && (p.IsPinned || p.IsElsewhere))
        && (replication > 0 ? Peers.Count(p => p.IsPinned) >= replication : Peers.All(p => p.IsPinned));

    /// <inheritdoc/>
    public override string ToString() => Peers.Count == 0 ? "no peer answered" : string.Join("; ", Peers);

    private static PeerStatus Peer(JsonProperty peer) =>
        new(peer.Name, peer.Value.TextOf("peername") ?? "", peer.Value.TextOf("status") ?? "undefined", peer.Value.TextOf("error") ?? "");
}
