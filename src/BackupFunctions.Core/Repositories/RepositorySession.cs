using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Repositories;

/// <summary>
/// Opens the repository that the catalogue names, once, and keeps it for all activities of this process; makes one at the first backup.
/// </summary>
public sealed class RepositorySession(
    ICatalog catalog, IKeySource keySource, IReadOnlyList<IIpfsNode> nodes, IRandomSource random, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Repository? _repository;

    /// <summary>Opens the repository; <see cref="ErrorKind.NotFound"/> when there is none yet, <see cref="ErrorKind.WrongKey"/> when the key is another.</summary>
    public Task<Repository> Open(CancellationToken cancellationToken) => Open(create: false, cancellationToken);

    /// <summary>Opens the repository, or makes it when the catalogue is empty and no node holds one that this key opens.</summary>
    public Task<Repository> OpenOrCreate(CancellationToken cancellationToken) => Open(create: true, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _repository?.Dispose();
        _gate.Dispose();
    }

    private async Task<Repository> Open(bool create, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _repository ??= await OpenOnce(create, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Repository> OpenOnce(bool create, CancellationToken cancellationToken)
    {
        using var secret = await keySource.Read(cancellationToken);
        if (await catalog.ReadHead(cancellationToken) is { } head) return Unlock(head, secret);
        if (!create) throw BackupException.NotFound($"open the repository: the catalogue {catalog.Name} is empty", "make a first backup, or check MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE");
        await RefuseForgottenRepository(secret, cancellationToken);
        return await Create(secret, cancellationToken);
    }

    private static bool Opens(Keyring keyring, KeyEncryptionSecret secret)
    {
        try
        {
            keyring.Unlock(secret).Dispose();
            return true;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.WrongKey)
        {
            return false;
        }
    }

    private Repository Unlock(CatalogHead head, KeyEncryptionSecret secret)
    {
        if (head.Keyring.Repository != head.Repository)
            throw BackupException.Corrupt($"read catalogue {catalog.Name}: its keyring belongs to repository {head.Keyring.Repository}");
        return new(head.Keyring.Unlock(secret), nodes);
    }

    private async Task<Repository> Create(KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        var repository = new Repository(Keyring.Create(random, secret), nodes);
        var revision = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, 1, null, time.GetUtcNow(), null, []);
        var published = await RevisionPublisher.Publish(repository, revision, cancellationToken);
        if (await catalog.TryReplaceHead(null, new(repository.Id, 1, published.Root, repository.Keyring), cancellationToken)) return repository;

        // somebody else made one in the meantime: theirs is the repository
        repository.Dispose();
        foreach (var node in nodes) await node.Unpin(published.Root, cancellationToken);
        return Unlock((await catalog.ReadHead(cancellationToken))!, secret);
    }

    // an empty catalogue beside backups that our key opens means a lost catalogue, not a first run
    private async Task RefuseForgottenRepository(KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(new BlockReader(nodes));
        foreach (var node in nodes)
        {
            var pins = await node.Pins(cancellationToken).ToListAsync(cancellationToken);
            // one revision tells for its whole repository
            foreach (var revisions in pins.Where(p => PinNames.IsManifest(p.Name)).GroupBy(p => p.Name, p => p.Root, StringComparer.Ordinal))
            {
                var keyring = await RevisionReader.ReadKeyring(files, revisions.First(), cancellationToken);
                if (IsOnlyBegun(keyring.Repository, revisions, pins) || !Opens(keyring, secret)) continue;
                throw new BackupException(ErrorKind.Failed,
                    $"start a new repository: the catalogue {catalog.Name} is empty, but {node.Name} holds repository {keyring.Repository}, which this key opens",
                    "point MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE at its catalogue, or use a new key for a new repository");
            }
        }
    }

    // one revision and no backup: a first run that is starting just now, or that died before it named its repository in the catalogue
    private static bool IsOnlyBegun(RepositoryId repository, IEnumerable<Cid> revisions, List<PinnedRoot> pins) =>
        revisions.Take(2).Count() == 1 && !pins.Any(p => p.Name == PinNames.Backup(repository));
}
