using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs;

/// <summary>Makes the node that a setting asks for.</summary>
public static class NodeFactory
{
    /// <summary>Opens the node; fails with <see cref="ErrorKind.Configuration"/> for an address that no adapter takes.</summary>
    public static IIpfsNode Open(NodeSetting setting, IFiles files, IRandomSource random) => setting.Kind switch
    {
        NodeKind.Vault => VaultNode.Open(setting.ToString(), setting.Directory, files, random),
        _ => throw setting.WithoutAdapter(),
    };
}
