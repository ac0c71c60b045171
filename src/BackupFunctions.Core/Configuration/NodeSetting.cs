namespace BackupFunctions.Configuration;

/// <summary>Which adapter a node's address asks for.</summary>
public enum NodeKind
{
    /// <summary><c>file:///dir</c>: a directory.</summary>
    Vault,

    /// <summary><c>http(s)://[user:password@]host:port</c>: the RPC of Kubo.</summary>
    Kubo,

    /// <summary>The same, of the REST API of a peer of IPFS Cluster.</summary>
    Cluster,

    /// <summary>The same, of a trustless gateway: blocks are only read.</summary>
    Gateway,
}

/// <summary>What a cluster takes beside its address: the node of the peer (Kubo), which blocks are read from, and how many peers keep a pin (-1: every one).</summary>
public sealed record ClusterSetting(NodeSetting Behind, int Replication);

/// <summary>One node as it is set: the factory of nodes picks the adapter by <see cref="Kind"/>. Its text form has no secret.</summary>
public sealed record NodeSetting(string SettingName, NodeKind Kind, Uri Url, string? Token)
{
    /// <summary>The directory of a vault, absolute.</summary>
    public string Directory => Kind == NodeKind.Vault ? Url.LocalPath : throw new InvalidOperationException($"{SettingName} is no vault");

    /// <summary>The file with the certificate authorities that the node's certificate is checked against; null: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>What a cluster takes besides; null for other kinds.</summary>
    public ClusterSetting? Cluster { get; init; }

    /// <summary>How long nothing may move on the wire.</summary>
    public TimeSpan Timeout { get; init; } = Defaults.NodeTimeout;

    /// <summary>The setting of the bearer token.</summary>
    public string TokenSettingName => Sibling("TOKEN");

    /// <summary>The setting of the certificate authorities.</summary>
    public string CaFileSettingName => Sibling("CA_FILE");

    /// <summary>The address by which the node is found again, without user and password; of a cluster that of the node behind the peer.</summary>
    public string BareAddress => (Cluster?.Behind ?? this).Url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);

    /// <summary>The setting and the address without secrets: what <c>IIpfsNode.Name</c> shows.</summary>
    public override string ToString() => $"{SettingName} {Masking.MaskUri(Url.OriginalString)}";

    // IPFS_NODE_1_URL has IPFS_NODE_1_TOKEN, and IPFS_CLUSTER_NODE_1 has IPFS_CLUSTER_NODE_1_TOKEN
    private string Sibling(string suffix) => SettingName.Replace("_URL", "", StringComparison.Ordinal) + $"_{suffix}";
}
