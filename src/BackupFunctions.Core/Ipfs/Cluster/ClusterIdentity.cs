using System.Text.Json;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Cluster;

/// <summary>Who a peer of a cluster is, and which IPFS node stands behind it (null when that does not answer, which <paramref name="IpfsError"/> explains).</summary>
internal sealed record ClusterIdentity(string Peer, string Version, string? IpfsId, string IpfsError)
{
    /// <summary>What the answer to <c>GET /id</c> says; null when it is no such answer.</summary>
    public static ClusterIdentity? Of(JsonElement answer)
    {
        if (answer.TextOf("id") is not { Length: > 0 } peer || answer.Member("ipfs") is not { ValueKind: JsonValueKind.Object } ipfs) return null;
        return new(peer, answer.TextOf("version") ?? "of an unknown version", ipfs.TextOf("id") is { Length: > 0 } id ? id : null, ipfs.TextOf("error") ?? "");
    }
}
