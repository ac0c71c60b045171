using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Recovery;

/// <summary>A revision that is no part of the chain.</summary>
internal sealed record BesideRevision(RevisionClaim Claim, ManifestRevision Revision);

/// <summary>
/// The chain that the newest revision ends, and genuine revisions beside it: those of another writer, or of a head that was rolled back and went on. Where the chain is
/// broken, it is the newest one that can be followed to its beginning, and what stood above the break is beside it.
/// </summary>
internal sealed record ManifestBranches(ManifestState State, IReadOnlyList<BesideRevision> Beside, IReadOnlyList<string> Ignored, IReadOnlyList<string> Broken)
{
    /// <summary>Follows and opens what the repository's keys open.</summary>
    public static async Task<ManifestBranches> Read(RevisionEvidence evidence, FoundRepository found, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(evidence.Blocks);
        var claims = evidence.Of(found.Newest.Repository).Where(c => c.Claim.Revision <= found.Newest.Revision).OrderByDescending(c => c.Claim.Root == found.Newest.Root).ToList();
        var byRoot = claims.ToDictionary(c => c.Claim.Root, c => c.Claim);
        var (trunk, state, broken) = await Trunk(files, found, claims, byRoot, cancellationToken);
        var path = trunk is null ? [] : Path(trunk, byRoot);
        var known = path.Select(c => c.Root).ToHashSet();
        // behind the last one that is pinned nothing tells whether an older one was part of the chain
        var oldest = path is [.., { Previous: not null } last] ? last.Revision : 0;
        var (beside, ignored) = (new List<BesideRevision>(), new List<string>());
        foreach (var claim in claims.Where(c => !known.Contains(c.Claim.Root) && !state.Knows(c.Claim.Root) && c.Claim.Revision >= oldest))
        {
            try
            {
                beside.Add(new(claim.Claim, await FoundRepository.Read(files, found.Keys, claim.Claim, cancellationToken)));
            }
            catch (BackupException e)
            {
                ignored.Add(FoundRepository.PassedOver(claim, e.Message));
            }
        }
        return new(state, [.. beside.OrderBy(b => b.Claim.Revision).ThenBy(b => b.Claim.Root.ToString(), StringComparer.Ordinal)], ignored, broken);
    }

    private static async Task<(RevisionClaim?, ManifestState, IReadOnlyList<string>)> Trunk(
        UnixFsReader files, FoundRepository found, List<PinnedClaim> claims, Dictionary<Cid, RevisionClaim> byRoot, CancellationToken cancellationToken)
    {
        using var opener = new BlockOpener(found.Keys.Find);
        var (broken, failed) = (new List<string>(), new HashSet<Cid>());
        foreach (var claim in claims.Select(c => c.Claim))
        {
            if (failed.Contains(claim.Root)) continue;
            try
            {
                return (claim, await ManifestChain.Load(files, opener, claim.Repository, claim.Root, claim.Revision, null, new(), cancellationToken), broken);
            }
            catch (BackupException e)
            {
                broken.Add($"the chain of revision {claim.Revision} ({claim.Root}) cannot be followed to its beginning: {e.Message}");
                // what leads to the same break breaks there too
                failed.UnionWith(Path(claim, byRoot).Select(c => c.Root));
            }
        }
        return (null, new(), broken);
    }

    private static List<RevisionClaim> Path(RevisionClaim from, Dictionary<Cid, RevisionClaim> byRoot)
    {
        var path = new List<RevisionClaim> { from };
        while (path[^1].Previous is { } previous && byRoot.TryGetValue(previous, out var claim) && claim.Revision < path[^1].Revision) path.Add(claim);
        return path;
    }
}
