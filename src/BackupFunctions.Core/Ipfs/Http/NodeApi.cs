using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs.Http;

/// <summary>What tells the APIs of nodes apart: where their paths begin, and what helps when they are not found or not allowed.</summary>
/// <param name="Path">Before every path.</param>
/// <param name="Address">What the setting must be the address of.</param>
/// <param name="AccessHint">What helps when the node denies access.</param>
internal sealed record NodeApi(string Path, string Address, Func<NodeSetting, string> AccessHint)
{
    /// <summary>Kubo's RPC.</summary>
    public static readonly NodeApi Kubo = new("/api/v0/", "Kubo's RPC (Addresses.API, port 5001), not of its gateway", s => TokenHint(s, "API.Authorizations"));

    /// <summary>The REST API of IPFS Cluster.</summary>
    public static readonly NodeApi Cluster = new("/", "a cluster peer's REST API (port 9094), not of its IPFS proxy", s => TokenHint(s, "basic_auth_credentials"));

    /// <summary>A trustless gateway (specs.ipfs.tech/http-gateways/trustless-gateway).</summary>
    public static readonly NodeApi Gateway =
        new("/ipfs/", "a trustless gateway, before /ipfs/", s => $"name a gateway in {s.SettingName} that needs no credentials") { FollowsRedirects = true };

    /// <summary>Whether redirects are followed: a gateway may point to another host, and what comes is verified.</summary>
    public bool FollowsRedirects { get; private init; }

    private static string TokenHint(NodeSetting setting, string where) =>
        $"set {setting.TokenSettingName} to a token, or put user:password into {setting.SettingName}, that the node allows ({where})";
}
