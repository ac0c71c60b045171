using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Manifest;

/// <summary>Follows the chain of revisions.</summary>
internal static class ManifestChain
{
    /// <summary>
    /// What the chain that ends with this revision adds up to. Reads back to the newest checkpoint, and with <paramref name="backTo"/> behind it, only to tell whether a
    /// revision of this number is part of the chain. A link that cannot be read, or is another one, is the error of its reading.
    /// What <paramref name="memory"/> has is not read again.
    /// </summary>
    public static async Task<ManifestState> Load(UnixFsReader files, BlockOpener opener, RepositoryId repository, Cid head, ulong number, ulong? backTo, ChainMemory memory, CancellationToken cancellationToken)
    {
        var chain = new Stack<(ManifestRevision Revision, Cid Root)>();
        Cid? next = head;
        ManifestCheckpoint? checkpoint = null;
        var expected = number;
        while (next is { } root && (checkpoint is null || expected > checkpoint.Revision || expected >= backTo))
        {
            var revision = memory.Find(root) ?? await RevisionReader.Read(files, opener, root, cancellationToken);
            if (revision.Repository != repository || revision.Revision != expected)
                throw BackupException.Corrupt($"follow the manifest chain to {root}: it is revision {revision.Revision} of {revision.Repository}, want {expected} of {repository}");
            chain.Push((revision, root));
            checkpoint ??= revision.Checkpoint;
            (next, expected) = (revision.Previous, expected - 1);
        }
        var state = new ManifestState();
        var content = checkpoint is null ? null : memory.FindCheckpoint(checkpoint.Root) ?? await CheckpointPages.Read(files, opener, checkpoint, cancellationToken);
        memory.Replace(chain, checkpoint?.Root, content);
        if (content is not null) state.Load(checkpoint!, content);
        while (chain.TryPop(out var link)) state.Apply(link.Revision, link.Root);
        return state;
    }
}
