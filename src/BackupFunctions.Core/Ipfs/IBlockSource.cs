namespace BackupFunctions.Ipfs;

/// <summary>Something that may hold blocks: a node, or a CAR file. It is not trusted. Thread-safe.</summary>
public interface IBlockSource
{
    /// <summary>How messages name it: for a node the setting and the address without secrets, for example <c>IPFS_NODE_1_URL file:///vault</c>.</summary>
    string Name { get; }

    /// <summary>The bytes that it holds for this CID, unverified; null when it holds none.</summary>
    Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken);
}
