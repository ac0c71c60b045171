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
    public Task<Repository> Open(CancellationToken cancellationToken) => Open(create: null, cancellationToken);

    /// <summary>Whether there is one.</summary>
    public async Task<bool> Exists(CancellationToken cancellationToken)
    {
        try
        {
            await Open(cancellationToken);
            return true;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <summary>Opens the repository, or makes it when the catalogue is empty and no node holds one that this key opens.</summary>
    public Task<Repository> OpenOrCreate(CancellationToken cancellationToken) => Open(secret => Keyring.Create(random, secret), cancellationToken);

    /// <summary>
    /// Opens the repository, which may be another one; or where the catalogue is empty and no node holds one that this key opens, makes it anew with this keyring, and
    /// so with the identity and the keys of backups that were brought from elsewhere.
    /// </summary>
    public Task<Repository> OpenOrAdopt(Keyring keyring, CancellationToken cancellationToken) => Open(secret => keyring.Unlock(secret), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _repository?.Dispose();
        _gate.Dispose();
    }

    private async Task<Repository> Open(Func<KeyEncryptionSecret, UnlockedKeyring>? create, CancellationToken cancellationToken)
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

    private async Task<Repository> OpenOnce(Func<KeyEncryptionSecret, UnlockedKeyring>? create, CancellationToken cancellationToken)
    {
        using var secret = await keySource.Read(cancellationToken);
        if (await catalog.ReadHead(cancellationToken) is { } head) return Unlock(head, secret);
        if (create is null) throw BackupException.NotFound($"open the repository: the catalogue {catalog.Name} is empty", "check MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE; `backupfn recover` rebuilds a catalogue that was lost; else make a first backup");
        return await FindOnNodes(secret, cancellationToken) ?? await Create(create(secret), secret, cancellationToken);
    }

    private Repository Unlock(CatalogHead head, KeyEncryptionSecret secret)
    {
        if (head.Keyring.Repository != head.Repository)
            throw BackupException.Corrupt($"read catalogue {catalog.Name}: its keyring belongs to repository {head.Keyring.Repository}");
        return new(head.Keyring.Unlock(secret), nodes);
    }

    private async Task<Repository> Create(UnlockedKeyring keys, KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        var repository = new Repository(keys, nodes);
        var revision = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, 1, null, time.GetUtcNow(), null, []);
        var published = await RevisionPublisher.Publish(repository, revision, cancellationToken);
        await catalog.Keep(revision.Revision, published.Blocks, cancellationToken);
        if (await catalog.TryReplaceHead(null, new(repository.Id, 1, published.Root, repository.Keyring, 0), cancellationToken)) return repository;

        // somebody else made one in the meantime, which is the repository; or found this one and finished it
        var head = (await catalog.ReadHead(cancellationToken))!;
        if (head.Repository == repository.Id) return repository;
        repository.Dispose();
        await RevisionPublisher.Withdraw(nodes, published.Root, cancellationToken);
        return Unlock(head, secret);
    }

    // an empty catalogue beside pins that our key opens means a lost catalogue and not a first run, unless there is nothing in them yet
    private async Task<Repository?> FindOnNodes(KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        foreach (var pinned in await PinnedRepositories.Find(nodes, secret, cancellationToken))
        {
            if (await catalog.ReadHead(cancellationToken) is { } head) return Unlock(head, secret);
            if (await Finish(pinned, secret, cancellationToken) is { } finished) return finished;
            throw new BackupException(ErrorKind.Failed,
                $"start a new repository: the catalogue {catalog.Name} is empty, but {pinned.Node} holds repository {pinned.Keyring.Repository}, which this key opens",
                "`backupfn recover` rebuilds a catalogue that was lost; else point MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE at its catalogue, or use a new key for a new repository");
        }
        return null;
    }

    // who made a repository and died before the catalogue knew of it, or is about to tell it, left one empty revision: it is the repository
    private async Task<Repository?> Finish(PinnedRepository pinned, KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        if (pinned.OnlyRevision is not { } root) return null;
        var repository = new Repository(pinned.Keyring.Unlock(secret), nodes);
        try
        {
            using var opener = repository.Opener();
            var revision = await RevisionReader.Read(new UnixFsReader(repository.Blocks), opener, root, cancellationToken);
            if (revision is not { Revision: 1, Changes.Count: 0 } || revision.Repository != repository.Id) return null;
            await RevisionPublisher.Copy(repository, root, cancellationToken);
            await catalog.TryReplaceHead(null, new(repository.Id, 1, root, repository.Keyring, 0), cancellationToken);
            return Unlock((await catalog.ReadHead(cancellationToken))!, secret);
        }
        finally
        {
            repository.Dispose();
        }
    }
}
