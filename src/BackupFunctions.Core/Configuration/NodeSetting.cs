namespace BackupFunctions.Configuration;

/// <summary>Which adapter a node's address asks for.</summary>
public enum NodeKind
{
    /// <summary><c>file:///dir</c>: a directory.</summary>
    Vault,

    /// <summary><c>http(s)://host:port</c>: the RPC of Kubo.</summary>
    Kubo,
}

/// <summary>One node as it is set: the factory of nodes picks the adapter by <see cref="Kind"/>. Its text form has no secret.</summary>
public sealed record NodeSetting(string SettingName, NodeKind Kind, Uri Url, string? Token)
{
    /// <summary>The directory of a vault, absolute.</summary>
    public string Directory => Kind == NodeKind.Vault ? Url.LocalPath : throw new InvalidOperationException($"{SettingName} is no vault");

    /// <summary>What the factory throws for a kind that it has no adapter for.</summary>
    public BackupException WithoutAdapter() => new(
        ErrorKind.Configuration,
        $"open node {this}: this release has no adapter for {Url.Scheme}:// addresses",
        $"give a directory, for example {SettingName}=file:///var/backups/vault-1");

    /// <summary>The setting and the address without secrets: what <c>IIpfsNode.Name</c> shows.</summary>
    public override string ToString() => $"{SettingName} {Masking.MaskUri(Url.OriginalString)}";
}
