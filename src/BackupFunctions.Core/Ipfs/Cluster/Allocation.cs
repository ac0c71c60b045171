using System.Text.Json;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Cluster;

/// <summary>A pin as the cluster has it in its list, whatever its peers have made of it.</summary>
internal sealed record Allocation(Cid Root, string Name, bool IsRecursive, int Replication)
{
    /// <summary>What a line of <c>GET /allocations</c> says; null for a pin of another kind, or of a CID that is none of ours.</summary>
    public static Allocation? Of(JsonElement pin) => pin.TextOf("type") == "pin" && Cid.TryParse(pin.TextOf("cid"), out var root)
        ? new(root, pin.TextOf("name") ?? "", pin.TextOf("mode") == "recursive", (int)(pin.NumberOf("replication_factor_min") ?? 0))
        : null;

    /// <summary>Whether it asks for as many copies as are wanted; -1: everywhere.</summary>
    public bool Promises(int replication) => IsRecursive && (Replication < 0 || (replication > 0 && Replication >= replication));
}
