using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs.Cluster;
using BackupFunctions.Ipfs.Kubo;

namespace BackupFunctions.Ipfs;

/// <summary>Makes the node that a setting asks for.</summary>
public static class NodeFactory
{
    /// <summary>
    /// Opens the node, for the caller to dispose where it can be; fails with <see cref="ErrorKind.Configuration"/> when what its settings name cannot be read.
    /// A node that cannot be used now is given all the same, and fails when it is asked: the other one may be enough.
    /// </summary>
    public static IIpfsNode Open(NodeSetting setting, IFiles files, IRandomSource random, TimeProvider time)
    {
        try
        {
            return setting.Kind switch
            {
                NodeKind.Vault => VaultNode.Open(setting.ToString(), setting.Directory, files, random),
                NodeKind.Kubo => new ResilientNode(KuboNode.Open(setting, files, random, time), random, time),
                NodeKind.Cluster => new ResilientNode(ClusterNode.Open(setting, files, random, time), random, time),
                _ => throw new ArgumentOutOfRangeException(nameof(setting), setting.Kind, "unknown kind of node"),
            };
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Failed)
        {
            return new UnusableNode(setting.ToString(), e);
        }
    }
}
