using System.Text.Json;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Kubo;

/// <summary>Which software a node is, and what it can do.</summary>
/// <param name="Agent"><c>kubo 0.44.0</c>, <c>js-ipfs 0.18.1</c>.</param>
/// <param name="StaysOffline">Whether it heeds <c>offline=true</c>.</param>
/// <param name="TellsProgress">Whether it heeds <c>progress=true</c> while it pins.</param>
internal sealed record KuboSoftware(string Agent, bool StaysOffline, bool TellsProgress)
{
    /// <summary>What the answer to <c>version</c> says; null when it is no such answer.</summary>
    public static KuboSoftware? Of(JsonElement version)
    {
        if (version.TextOf("Version") is not { Length: > 0 } number) return null;
        var isKubo = version.Member("ipfs-core") is null;
        return new(isKubo ? $"kubo {number}" : $"js-ipfs {number}", isKubo, isKubo);
    }
}
