using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Recovery;

/// <summary>All that claims to be a revision of a manifest, on the nodes that answer and in the catalogue; nothing of it is verified.</summary>
internal sealed record RevisionEvidence(NodePins Pins, BlockReader Blocks, IReadOnlyList<NamedRevision> Named, IReadOnlyList<PinnedClaim> Claims, IReadOnlyList<UnreadablePin> Unreadable)
{
    /// <summary>Looks at every node, and at the revisions that are named elsewhere; <see cref="ErrorKind.Failed"/> when no node answers.</summary>
    public static async Task<RevisionEvidence> Gather(IReadOnlyList<IIpfsNode> nodes, ICatalog? catalog, IReadOnlyList<NamedRevision> named, CancellationToken cancellationToken)
    {
        var pins = await NodePins.Read(nodes, cancellationToken);
        if (pins.Answering.Count == 0)
            throw new BackupException(ErrorKind.Failed, $"recover: no node answers: {string.Join("; ", pins.Silent.Select(e => e.Message))}", pins.Silent[0].Hint ?? "start a node that holds the backups");
        var blocks = new BlockReader([.. pins.Answering, .. catalog is null ? [] : new IBlockSource[] { catalog }]);
        var revisions = new PinnedRevisions(blocks);
        var found = await revisions.Find(pins, null, _ => false, cancellationToken);
        var (claims, unreadable) = (found.Claims.ToList(), found.Unreadable.ToList());
        foreach (var name in named.DistinctBy(n => n.Root).Where(n => claims.All(c => c.Claim.Root != n.Root)))
        {
            try
            {
                if (await revisions.Look(name.Root, cancellationToken) is { } claim) claims.Add(new(claim, [], false));
                else unreadable.Add(new(name.Root, name.Source, BackupException.NotFound($"read manifest revision {name.Root}: it is something else", "a backup is restored with `backupfn restore-full CID`; a revision is what a recovery kit and `backup.completed` call manifest")));
            }
            catch (BackupException e)
            {
                unreadable.Add(new(name.Root, name.Source, e));
            }
        }
        return new(pins, blocks, named, claims, unreadable);
    }

    /// <summary>The claims about a repository, newest first; of equal ones what is also named elsewhere, then what more nodes pin.</summary>
    public IReadOnlyList<PinnedClaim> Of(RepositoryId repository) =>
    [
        .. Claims.Where(c => c.Claim.Repository == repository).OrderByDescending(c => c.Claim.Revision).ThenByDescending(c => Named.Any(n => n.Root == c.Claim.Root))
            .ThenByDescending(c => c.Nodes.Count).ThenBy(c => c.Claim.Root.ToString(), StringComparer.Ordinal),
    ];
}
