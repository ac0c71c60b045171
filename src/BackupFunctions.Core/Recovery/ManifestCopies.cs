using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;

namespace BackupFunctions.Recovery;

/// <summary>Brings the revisions back to the newest checkpoint, and that, to where they are missing: on the nodes, and as quick copies in the catalogue.</summary>
internal sealed class ManifestCopies(Repository repository, ICatalog catalog, BlockReader blocks)
{
    private readonly UnixFsReader _files = new(blocks);

    /// <summary>Copies the chain that ends with this revision; gives the problems of nodes.</summary>
    public async Task<IReadOnlyList<string>> Complete(Cid head, CancellationToken cancellationToken)
    {
        using var opener = repository.Opener();
        var problems = new List<string>();
        ManifestCheckpoint? checkpoint = null;
        ulong number;
        Cid? next = head;
        do
        {
            var revision = await RevisionReader.Read(_files, opener, next!.Value, cancellationToken);
            problems.AddRange(await Copy(next.Value, revision.Revision, PinNames.Manifest(repository.Id), cancellationToken));
            checkpoint ??= revision.Checkpoint;
            (number, next) = (revision.Revision, revision.Previous);
        }
        while (next is not null && (checkpoint is null || number > checkpoint.Revision + 1));
        if (checkpoint is not null) problems.AddRange(await Copy(checkpoint.Root, checkpoint.Revision + 1, PinNames.Checkpoint(repository.Id), cancellationToken));
        return [.. problems.Distinct()];
    }

    private async Task<IReadOnlyList<string>> Copy(Cid root, ulong revision, string pinName, CancellationToken cancellationToken)
    {
        var all = new List<Block>();
        await foreach (var cid in _files.Walk(root, cancellationToken: cancellationToken)) all.Add(new(cid, await blocks.Read(cid, cancellationToken)));
        await catalog.Keep(revision, all, cancellationToken);
        var problems = new List<string>();
        foreach (var node in repository.Nodes)
        {
            try
            {
                if (await HoldsAll(node, root, all, cancellationToken)) continue;
                await RevisionPublisher.ToAllNodes(repository.Id, [node], root, all, pinName, cancellationToken);
            }
            catch (BackupException e)
            {
                problems.Add(e.Message);
            }
        }
        return problems;
    }

    // a pin alone does not tell: its blocks may be gone
    private static async Task<bool> HoldsAll(IIpfsNode node, Cid root, List<Block> all, CancellationToken cancellationToken)
    {
        if (!await node.IsPinned(root, cancellationToken)) return false;
        foreach (var block in all)
        {
            if (await node.Get(block.Cid, cancellationToken) is not { } held || !block.Cid.Matches(held)) return false;
        }
        return true;
    }
}
