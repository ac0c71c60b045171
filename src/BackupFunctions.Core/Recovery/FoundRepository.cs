using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Recovery;

/// <summary>A repository that the key opens, by the keyring of its newest revision, which is <paramref name="Newest"/>.</summary>
internal sealed record FoundRepository(UnlockedKeyring Keys, RevisionClaim Newest, IReadOnlyList<string> Ignored) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Keys.Dispose();

    /// <summary>
    /// The one that is wanted, or the only one. With none, or several, the error says which there are. Claims that do not open are forged, or of others: they are told
    /// and passed over.
    /// </summary>
    public static async Task<FoundRepository> Open(RevisionEvidence evidence, KeyEncryptionSecret secret, RepositoryId? wanted, CancellationToken cancellationToken)
    {
        var found = new List<FoundRepository>();
        var repositories = evidence.Claims.Select(c => c.Claim.Repository).Distinct().Where(r => wanted is null || r == wanted).ToList();
        foreach (var repository in repositories)
        {
            if (await Open(evidence, repository, secret, cancellationToken) is { } opened) found.Add(opened);
        }
        if (found is [var only]) return only;
        foreach (var one in found) one.Dispose();
        var nodes = string.Join(" and ", evidence.Pins.Answering.Select(n => n.Name));
        if (found.Count > 1)
            throw new BackupException(ErrorKind.Configuration, $"recover: the key opens {found.Count} repositories on {nodes}: {string.Join(", ", found.Select(f => $"{f.Newest.Repository} (revision {f.Newest.Revision})"))}", "say which with --repository");
        if (repositories.Count > 0)
            throw new BackupException(ErrorKind.WrongKey, $"recover: {nodes} hold {repositories.Count} repositories, and the key opens none: {string.Join(", ", repositories)}", "give the key or passphrase that was set when keys were last rotated");
        var unreadable = string.Concat(evidence.Unreadable.Select(u => $"; {u.Root}, which {u.Node} names, cannot be read: {u.Problem.Message}"));
        throw BackupException.NotFound($"recover: no manifest {(wanted is { } id ? $"of repository {id} " : "")}is pinned on {nodes}{unreadable}",
            "ask the other node with --node, or give the CID of a manifest revision from a recovery kit or a log; without any, `backupfn restore-full CID` restores a backup by its root");
    }

    private static async Task<FoundRepository?> Open(RevisionEvidence evidence, RepositoryId repository, KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(evidence.Blocks);
        var tried = new Dictionary<Cid, UnlockedKeyring?>();
        var (ignored, locked) = (new List<string>(), new List<PinnedClaim>());
        FoundRepository? found = null;
        try
        {
            foreach (var claim in evidence.Of(repository))
            {
                try
                {
                    if (await Unlock(files, claim.Claim, secret, tried, cancellationToken) is not { } keys)
                    {
                        locked.Add(claim);
                        continue;
                    }
                    await Read(files, keys, claim.Claim, cancellationToken);
                    found = new(keys, claim.Claim, ignored);
                    break;
                }
                catch (BackupException e)
                {
                    ignored.Add(PassedOver(claim, e.Message));
                }
            }
            if (found is not null) await CheckRotation(files, found, locked, ignored, cancellationToken);
            return found;
        }
        catch
        {
            found?.Dispose();
            throw;
        }
        finally
        {
            foreach (var keys in tried.Values.Where(k => k != found?.Keys)) keys?.Dispose();
        }
    }

    /// <summary>How a claim that does not count is told.</summary>
    public static string PassedOver(PinnedClaim claim, string why) =>
        $"{(claim.Nodes.Count == 0 ? "nobody" : string.Join(" and ", claim.Nodes))} pins {claim.Claim.Root} as revision {claim.Claim.Revision} of {claim.Claim.Repository}: it is passed over: {why}";

    /// <summary>Opens the revision, which must be of the repository that it claims.</summary>
    public static async Task<ManifestRevision> Read(UnixFsReader files, UnlockedKeyring keys, RevisionClaim claim, CancellationToken cancellationToken)
    {
        using var opener = new BlockOpener(keys.Find);
        var revision = await RevisionReader.Read(files, opener, claim.Root, cancellationToken);
        return revision.Repository == claim.Repository ? revision : throw BackupException.Corrupt($"read manifest revision {claim.Root}: it is of repository {revision.Repository}");
    }

    // a newer revision whose keyring has no slot for this key is forged, unless the keys of an older keyring open it: then the key is the old one
    private static async Task CheckRotation(UnixFsReader files, FoundRepository found, List<PinnedClaim> locked, List<string> ignored, CancellationToken cancellationToken)
    {
        foreach (var claim in locked)
        {
            try
            {
                await Read(files, found.Keys, claim.Claim, cancellationToken);
            }
            catch (BackupException)
            {
                ignored.Add(PassedOver(claim, "this key does not open it"));
                continue;
            }
            throw new BackupException(ErrorKind.WrongKey, $"recover: the key opens revision {found.Newest.Revision} of repository {claim.Claim.Repository}, and not {claim.Claim.Revision}, which is newer: keys were rotated between them", "give the key or passphrase that was set when keys were last rotated");
        }
    }

    private static async Task<UnlockedKeyring?> Unlock(UnixFsReader files, RevisionClaim claim, KeyEncryptionSecret secret, Dictionary<Cid, UnlockedKeyring?> tried, CancellationToken cancellationToken)
    {
        if (tried.TryGetValue(claim.Keyring, out var known)) return known;
        try
        {
            return tried[claim.Keyring] = (await RevisionReader.ReadKeyring(files, claim.Root, cancellationToken)).Unlock(secret);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
        {
            return tried[claim.Keyring] = null;
        }
    }
}
