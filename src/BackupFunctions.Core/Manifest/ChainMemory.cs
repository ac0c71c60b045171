using BackupFunctions.Ipfs;

namespace BackupFunctions.Manifest;

/// <summary>
/// The chain as it was read last: what a CID names never changes, so that the next reader reads only what is new since. It holds what one chain holds, some 256 revisions and a checkpoint. Thread-safe.
/// </summary>
internal sealed class ChainMemory
{
    private volatile IReadOnlyDictionary<Cid, ManifestRevision> _revisions = new Dictionary<Cid, ManifestRevision>();
    private volatile ReadCheckpoint? _checkpoint;

    /// <summary>A revision that was read before, or null.</summary>
    public ManifestRevision? Find(Cid root) => _revisions.GetValueOrDefault(root);

    /// <summary>A checkpoint that was read before, or null.</summary>
    public CheckpointContent? FindCheckpoint(Cid root) => _checkpoint is { } read && read.Root == root ? read.Content : null;

    /// <summary>Remembers a chain instead of the one before.</summary>
    public void Replace(IEnumerable<(ManifestRevision Revision, Cid Root)> chain, Cid? checkpoint, CheckpointContent? content)
    {
        _revisions = chain.ToDictionary(c => c.Root, c => c.Revision);
        _checkpoint = checkpoint is { } root && content is not null ? new(root, content) : null;
    }

    private sealed record ReadCheckpoint(Cid Root, CheckpointContent Content);
}
