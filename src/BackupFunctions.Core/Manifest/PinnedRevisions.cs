using System.Collections.Concurrent;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;

namespace BackupFunctions.Manifest;

/// <summary>
/// Looks at what is pinned for manifest revisions: by name where the node keeps names, else at each root for the shape of one. What a root says of itself is
/// read without a key and proves nothing yet; it never changes, so that nothing is read twice. Thread-safe.
/// </summary>
internal sealed class PinnedRevisions(BlockReader blocks)
{
    private const int ParallelReads = 8;

    private readonly UnixFsReader _files = new(blocks);
    private readonly ConcurrentDictionary<Cid, RevisionClaim?> _looked = [];

    /// <summary>What these pins claim to be, those that <paramref name="isKnown"/> says apart; <paramref name="repository"/> is the one whose pin names count, null: any.</summary>
    public async Task<FoundClaims> Find(NodePins pins, RepositoryId? repository, Func<Cid, bool> isKnown, CancellationToken cancellationToken)
    {
        var claims = new List<PinnedClaim>();
        var unreadable = new List<UnreadablePin>();
        var roots = pins.ByRoot.Where(p => !isKnown(p.Key) && p.Any(pin => IsCandidate(pin, repository)));
        await foreach (var (pinned, claim, problem) in ReadAhead.Run(roots.ToAsyncEnumerable(), ParallelReads, Try, cancellationToken))
        {
            var named = pinned.Any(p => p.KeepsNames && IsCandidate(p, repository));
            if (claim is not null) claims.Add(new(claim, [.. pinned.Select(p => p.Node).Distinct()], named));
            // without a name most roots are somebody else's
            else if (named) unreadable.Add(new(pinned.Key, pinned.First().Node, problem ?? BackupException.Corrupt($"read manifest revision {pinned.Key}: it is something else")));
            else if (problem is { Kind: not (ErrorKind.Corrupt or ErrorKind.NotFound) }) unreadable.Add(new(pinned.Key, pinned.First().Node, problem));
        }
        return new(claims, unreadable);
    }

    /// <summary>What a root claims to be; null when it has not the shape of a revision.</summary>
    public async Task<RevisionClaim?> Look(Cid root, CancellationToken cancellationToken) =>
        _looked.TryGetValue(root, out var known) ? known : _looked[root] = await RevisionReader.ReadClaim(_files, root, cancellationToken);

    private async Task<(IGrouping<Cid, NodePin> Pinned, RevisionClaim? Claim, BackupException? Problem)> Try(IGrouping<Cid, NodePin> pinned, CancellationToken cancellationToken)
    {
        try
        {
            return (pinned, await Look(pinned.Key, cancellationToken), null);
        }
        catch (BackupException e)
        {
            return (pinned, null, e);
        }
    }

    private static bool IsCandidate(NodePin pin, RepositoryId? repository) =>
        !pin.KeepsNames ? pin.Root.Codec == Cid.DagPbCodec : repository is { } id ? pin.Name == PinNames.Manifest(id) : PinNames.IsManifest(pin.Name);
}

/// <summary>
/// What a root says of itself, readable by anyone: the repository of the keyring beside it, the CID of that keyring, and the number and the previous revision that
/// stand before what is sealed.
/// </summary>
internal sealed record RevisionClaim(Cid Root, RepositoryId Repository, Cid Keyring, ulong Revision, Cid? Previous);

/// <summary>A claim, the nodes that pin it, and whether it is pinned under the name of a revision.</summary>
internal sealed record PinnedClaim(RevisionClaim Claim, IReadOnlyList<string> Nodes, bool Named);

/// <summary>A pin that should be a revision, and why it cannot be read.</summary>
internal sealed record UnreadablePin(Cid Root, string Node, BackupException Problem);

/// <summary>What was found among pins.</summary>
internal sealed record FoundClaims(IReadOnlyList<PinnedClaim> Claims, IReadOnlyList<UnreadablePin> Unreadable);
