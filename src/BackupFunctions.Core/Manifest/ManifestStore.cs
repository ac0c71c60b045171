using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;

namespace BackupFunctions.Manifest;

/// <summary>
/// The manifest of a repository: reads the chain from its head back to the newest checkpoint, and appends to it. Two writers never lose an
/// entry: who is second reads the new head and writes again behind it.
/// </summary>
public sealed class ManifestStore(RepositorySession session, ICatalog catalog, TimeProvider time)
{
    private const int MaxAttempts = 64;

    /// <summary>Everything that is recorded; <see cref="ErrorKind.NotFound"/> when there is no repository yet.</summary>
    public async Task<ManifestState> Load(CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        return await Load(repository, await ReadHead(cancellationToken), null, cancellationToken);
    }

    /// <summary>
    /// Everything that is recorded, when no node that answers holds a revision that the catalogue does not know; else <see cref="ErrorKind.Failed"/>, and <paramref name="purpose"/>
    /// is what was not begun. What writes backups, and above all what unpins, asks for this first: a catalogue that was rolled back knows neither what is there nor what was removed.
    /// </summary>
    internal async Task<ManifestState> LoadNewest(string purpose, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var head = await ReadHead(cancellationToken);
            var state = await Load(repository, head, null, cancellationToken);
            if ((await NewerRevisions.Find(repository, state, cancellationToken)).Newest is not { } newer) return state;
            await FinishAppend(purpose, repository, head, newer, cancellationToken);
        }
        throw new BackupException(ErrorKind.Locked, $"{purpose}: other writers were first {MaxAttempts} times", "run again when fewer backups run at once");
    }

    /// <summary>What somebody who only reads is to know: that a node holds a revision which the catalogue does not know. Null when none is seen to.</summary>
    public async Task<string?> Outdated(ManifestState state, CancellationToken cancellationToken)
    {
        try
        {
            return (await NewerRevisions.Find(await session.Open(cancellationToken), state, cancellationToken)).Newest is { } newer
                ? $"{newer.Node} holds revision {newer.Revision.Revision} of the manifest, and the catalogue {catalog.Name} knows only {state.Revision}: backups that it does not know are not looked at; `backupfn recover` mends it"
                : null;
        }
        catch (BackupException e)
        {
            return $"whether the catalogue is up to date cannot be told: {e.Message}";
        }
    }

    /// <summary>
    /// Appends a revision with these changes and moves the head to it; <see cref="ErrorKind.Locked"/> when the lock that has this fencing token was lost
    /// to an exclusive holder (null: whatever is done needs no lock).
    /// </summary>
    internal async Task<Appended> Append(IReadOnlyList<ManifestChange> changes, long? fence, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        Appended? mine = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var head = await ReadHead(cancellationToken);
            if (fence < head.Fence)
                throw new BackupException(ErrorKind.Locked, "record in the manifest: the lock on the repository ran out, and it was locked exclusively since", "run it again");
            var state = await Load(repository, head, mine?.Revision, cancellationToken);
            if (mine is not null)
            {
                // another writer may have finished what we had published
                if (state.Knows(mine.Root)) return mine;
                await RevisionPublisher.Withdraw(repository.Nodes, mine.Root, cancellationToken);
                mine = null;
            }
            var found = await NewerRevisions.Find(repository, state, cancellationToken);
            if (found.Newest is { } newer)
            {
                await FinishAppend("record in the manifest", repository, head, newer, cancellationToken);
                continue;
            }

            var checkpoint = await CheckpointPages.WriteIfDue(repository, state, cancellationToken);
            var revision = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, state.Revision + 1, head.Manifest, time.GetUtcNow(), checkpoint?.Checkpoint, changes);
            var published = await RevisionPublisher.Publish(repository, revision, cancellationToken);
            await catalog.Keep(revision.Revision, [.. checkpoint?.Blocks ?? [], .. published.Blocks], cancellationToken);
            // nobody reads behind the newest checkpoint but a writer who was overtaken
            if (checkpoint is not null && revision.Revision > CheckpointPages.Interval) await catalog.DropBefore(revision.Revision - CheckpointPages.Interval, cancellationToken);
            mine = new(published.Root, revision.Revision, [.. found.Problems, .. checkpoint?.Problems ?? [], .. published.Problems]);
            if (await MoveHead(repository, head, mine.Root, cancellationToken)) return mine;
        }
        throw new BackupException(ErrorKind.Locked, $"record in the manifest: other writers were first {MaxAttempts} times", "run again when fewer backups run at once");
    }

    // a writer that died between publishing and moving the head left a direct child of the head: it is finished, not written over
    private async Task FinishAppend(string purpose, Repository repository, CatalogHead head, NewerRevision newer, CancellationToken cancellationToken)
    {
        var (number, previous) = (newer.Revision.Revision, newer.Revision.Previous);
        if (number == head.Revision + 1 && previous == head.Manifest)
        {
            // it may have died before the second node
            await RevisionPublisher.Copy(repository, newer.Root, cancellationToken);
            await MoveHead(repository, head, newer.Root, cancellationToken);
            return;
        }
        // other writers may have moved the head since it was read, and published behind it
        if ((await catalog.ReadHead(cancellationToken))?.Revision != head.Revision) return;
        throw new BackupException(ErrorKind.Failed, $"{purpose}: {newer.Node} holds revision {number}, but the catalogue {catalog.Name} only knows {head.Revision}",
            "the catalogue was rolled back or belongs to another host: nothing was changed; `backupfn recover` brings it up to date");
    }

    private async Task<CatalogHead> ReadHead(CancellationToken cancellationToken) =>
        await catalog.ReadHead(cancellationToken) ?? throw BackupException.NotFound($"read the head of the manifest: the catalogue {catalog.Name} is empty");

    private Task<bool> MoveHead(Repository repository, CatalogHead from, Cid to, CancellationToken cancellationToken) =>
        catalog.TryReplaceHead(from, new(repository.Id, from.Revision + 1, to, repository.Keyring, from.Fence), cancellationToken);

    private async Task<ManifestState> Load(Repository repository, CatalogHead head, ulong? backTo, CancellationToken cancellationToken)
    {
        using var opener = repository.Opener();
        return await ManifestChain.Load(new UnixFsReader(new BlockReader([catalog, .. repository.Nodes])), opener, repository.Id, head.Manifest, head.Revision, backTo, cancellationToken);
    }
}

/// <summary>A revision that was appended, and the problems of nodes that do not hold it.</summary>
internal sealed record Appended(Cid Root, ulong Revision, IReadOnlyList<string> Problems);
