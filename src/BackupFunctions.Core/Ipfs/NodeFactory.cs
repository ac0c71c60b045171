using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs;

/// <summary>Makes the node that a setting asks for.</summary>
public static class NodeFactory
{
    /// <summary>
    /// Opens the node; fails with <see cref="ErrorKind.Configuration"/> for an address that no adapter takes. A node that cannot be used now
    /// is given all the same, and fails when it is asked: the other one may be enough.
    /// </summary>
    public static IIpfsNode Open(NodeSetting setting, IFiles files, IRandomSource random)
    {
        try
        {
            return setting.Kind switch
            {
                NodeKind.Vault => VaultNode.Open(setting.ToString(), setting.Directory, files, random),
                _ => throw setting.WithoutAdapter(),
            };
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Failed)
        {
            return new UnusableNode(setting.ToString(), e);
        }
    }
}
