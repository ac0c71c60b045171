using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Repositories;

/// <summary>
/// Opens the repository that the catalogue names, and keeps it for all activities of this process until its keyring is another; makes one at the first backup.
/// With a second key source, the key that comes or came when keys are rotated, either may open it.
/// </summary>
public sealed class RepositorySession(
    ICatalog catalog, IKeySource keySource, IReadOnlyList<IIpfsNode> nodes, IRandomSource random, TimeProvider time, IKeySource? newKeySource = null) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    // with older keyrings: somebody may still be at work with them
    private readonly List<Repository> _opened = [];
    private Repository? _repository;

    /// <summary>
    /// Opens the repository with the keyring that stands in the catalogue now; <see cref="ErrorKind.NotFound"/> when there is none yet,
    /// <see cref="ErrorKind.WrongKey"/> when the key is another, or is not one any more.
    /// </summary>
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
    public Task<Repository> OpenOrCreate(CancellationToken cancellationToken) => Open(secret => Task.FromResult(Keyring.Create(random, secret)), cancellationToken);

    /// <summary>
    /// Opens the repository, which may be another one; or where the catalogue is empty and no node holds one that this key opens, makes it anew with this keyring, and
    /// so with the identity and the keys of backups that were brought from elsewhere.
    /// </summary>
    public Task<Repository> OpenOrAdopt(Keyring keyring, CancellationToken cancellationToken) => Open(_ => Unlock(keyring, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var repository in _opened) repository.Dispose();
        _gate.Dispose();
    }

    /// <summary>The repository with the keyring of this head.</summary>
    internal async Task<Repository> Follow(CatalogHead head, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await FollowAlone(head, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A keyring that stands elsewhere, opened by whatever key opens it; <see cref="ErrorKind.WrongKey"/> when none does. The caller disposes it.</summary>
    internal async Task<UnlockedKeyring> Unlock(Keyring keyring, CancellationToken cancellationToken)
    {
        using var secret = await keySource.Read(cancellationToken);
        if (newKeySource is null) return keyring.Unlock(secret);
        using var newSecret = await newKeySource.Read(cancellationToken);
        return keyring.Unlock([secret, newSecret]);
    }

    /// <summary>What is wrong when nothing was ever recorded.</summary>
    internal static BackupException NoRepository(ICatalog catalog) =>
        BackupException.NotFound($"open the repository: the catalogue {catalog.Name} is empty", "check MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE; `backupfn recover` rebuilds a catalogue that was lost; else make a first backup");

    private async Task<Repository> Open(Func<KeyEncryptionSecret, Task<UnlockedKeyring>>? create, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (await ReadHead(cancellationToken) is { } head) return await FollowAlone(head, cancellationToken);
            if (_repository is not null) return _repository;
            if (create is null) throw NoRepository(catalog);
            using var secret = await keySource.Read(cancellationToken);
            return await FindOnNodes(secret, cancellationToken) ?? await Create(await create(secret), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    // what is open may go on being used while the catalogue does not answer: whatever is recorded then, the lock's fence or the head refuses if it must
    private async Task<CatalogHead?> ReadHead(CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.ReadHead(cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Failed && _repository is not null)
        {
            return null;
        }
    }

    private async Task<Repository> FollowAlone(CatalogHead head, CancellationToken cancellationToken)
    {
        if (_repository is { } open && open.Keyring.Digest == head.Keyring.Digest) return open;
        if (head.Keyring.Repository != head.Repository)
            throw BackupException.Corrupt($"read catalogue {catalog.Name}: its keyring belongs to repository {head.Keyring.Repository}");
        return Keep(await Unlock(head.Keyring, cancellationToken));
    }

    private Repository Keep(UnlockedKeyring keys)
    {
        _repository = new(keys, nodes);
        _opened.Add(_repository);
        return _repository;
    }

    private async Task<Repository> Create(UnlockedKeyring keys, CancellationToken cancellationToken)
    {
        var repository = new Repository(keys, nodes);
        var revision = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, 1, null, time.GetUtcNow(), null, []);
        var published = await RevisionPublisher.Publish(repository, revision, cancellationToken);
        await catalog.Keep(revision.Revision, published.Blocks, cancellationToken);
        if (await catalog.TryReplaceHead(null, new(repository.Id, 1, published.Root, repository.Keyring, 0), cancellationToken)) return Keep(keys);

        // somebody else made one in the meantime, which is the repository; or found this one and finished it
        var head = (await catalog.ReadHead(cancellationToken))!;
        repository.Dispose();
        if (head.Repository != repository.Id) await RevisionPublisher.Withdraw(nodes, published.Root, cancellationToken);
        return await FollowAlone(head, cancellationToken);
    }

    // an empty catalogue beside pins that our key opens means a lost catalogue and not a first run, unless there is nothing in them yet
    private async Task<Repository?> FindOnNodes(KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        foreach (var pinned in await PinnedRepositories.Find(nodes, secret, cancellationToken))
        {
            if (await catalog.ReadHead(cancellationToken) is { } head) return await FollowAlone(head, cancellationToken);
            if (await Finish(pinned, secret, cancellationToken) is { } finished) return finished;
            throw new BackupException(ErrorKind.Conflict,
                $"start a new repository: the catalogue {catalog.Name} is empty, but {pinned.Node} holds repository {pinned.Keyring.Repository}, which this key opens",
                "`backupfn recover` rebuilds a catalogue that was lost; else point MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE at its catalogue, or use a new key for a new repository");
        }
        return null;
    }

    // who made a repository and died before the catalogue knew of it, or is about to tell it, left one empty revision: it is the repository
    private async Task<Repository?> Finish(PinnedRepository pinned, KeyEncryptionSecret secret, CancellationToken cancellationToken)
    {
        if (pinned.OnlyRevision is not { } root) return null;
        using var repository = new Repository(pinned.Keyring.Unlock(secret), nodes);
        using var opener = repository.Opener();
        var revision = await RevisionReader.Read(new UnixFsReader(repository.Blocks), opener, root, cancellationToken);
        if (revision is not { Revision: 1, Changes.Count: 0 } || revision.Repository != repository.Id) return null;
        await RevisionPublisher.Copy(repository, root, cancellationToken);
        await catalog.TryReplaceHead(null, new(repository.Id, 1, root, repository.Keyring, 0), cancellationToken);
        return await FollowAlone((await catalog.ReadHead(cancellationToken))!, cancellationToken);
    }
}
