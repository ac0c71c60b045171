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
    private const string Recording = "record in the manifest";

    /// <summary>Everything that is recorded; <see cref="ErrorKind.NotFound"/> when there is no repository yet.</summary>
    public async Task<ManifestState> Load(CancellationToken cancellationToken)
    {
        var head = await ReadHead(cancellationToken);
        return await Load(await session.Follow(head, cancellationToken), head, null, cancellationToken);
    }

    /// <summary>
    /// Everything that is recorded, when no node that answers holds a revision that the catalogue does not know; else <see cref="ErrorKind.Conflict"/>, and <paramref name="purpose"/>
    /// is what was not begun. What writes backups, and above all what unpins, asks for this first: a catalogue that was rolled back knows neither what is there nor what was removed.
    /// <see cref="ErrorKind.Locked"/> when the lock with this fencing token was lost (null: it needs none).
    /// </summary>
    internal async Task<ManifestState> LoadNewest(string purpose, long? fence, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var head = await ReadHead(cancellationToken);
            RequireLock(purpose, head, fence);
            var repository = await session.Follow(head, cancellationToken);
            var state = await Load(repository, head, null, cancellationToken);
            if ((await NewerRevisions.Find(repository, state, session.Unlock, cancellationToken)).Newest is not { } newer) return state;
            await FinishAppend(purpose, repository, head, newer, cancellationToken);
        }
        throw new BackupException(ErrorKind.Locked, $"{purpose}: other writers were first {MaxAttempts} times", "run again when fewer backups run at once");
    }

    /// <summary>What somebody who only reads is to know: that a node holds a revision which the catalogue does not know. Null when none is seen to.</summary>
    public async Task<string?> Outdated(ManifestState state, CancellationToken cancellationToken)
    {
        try
        {
            return (await NewerRevisions.Find(await session.Open(cancellationToken), state, session.Unlock, cancellationToken)).Newest is { } newer
                ? $"{Newer(newer, state)}: backups that it does not know are not looked at; `backupfn recover` mends it"
                : null;
        }
        catch (BackupException e)
        {
            return $"whether the catalogue is up to date cannot be told: {e.Message}";
        }
    }

    /// <summary>What would stop the next writer: null for a revision that a writer is about to tell the catalogue of, or died before; the next one does. Fails when it cannot be told.</summary>
    public async Task<string?> Conflict(ManifestState state, CancellationToken cancellationToken)
    {
        if ((await NewerRevisions.Find(await session.Open(cancellationToken), state, session.Unlock, cancellationToken)).Newest is not { } newer) return null;
        if (newer.Revision.Revision == state.Revision + 1 && newer.Revision.Previous == state.Head) return null;
        // the head may have moved since it was read
        return (await ReadHead(cancellationToken)).Revision == state.Revision ? Newer(newer, state) : null;
    }

    /// <summary>
    /// Brings the revisions since the newest checkpoint, and that checkpoint, to a node that does not pin them, and tells how many it lacked: it did not answer when they were written,
    /// or is another one than before. With a gap in the chain nobody could go by what it holds.
    /// </summary>
    internal async Task<int> BringTo(IIpfsNode node, IReadOnlySet<Cid> pinned, ManifestState state, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        var anywhere = new BlockReader([catalog, .. repository.Nodes]);
        var lacking = new List<(Cid Root, string PinName)>();
        if (state.Checkpoint is { } checkpoint) lacking.Add((checkpoint.Root, PinNames.Checkpoint(repository.Id)));
        lacking.AddRange(state.Revisions.Select(r => (r, PinNames.Manifest(repository.Id))));
        lacking.RemoveAll(l => pinned.Contains(l.Root));
        foreach (var (root, pinName) in lacking) await RevisionPublisher.Copy(repository.Id, [node], anywhere, root, pinName, cancellationToken);
        return lacking.Count;
    }

    private string Newer(NewerRevision newer, ManifestState state) =>
        $"{newer.Node} holds revision {newer.Revision.Revision} of the manifest, and the catalogue {catalog.Name} knows only {state.Revision}";

    /// <summary>
    /// Appends a revision with these changes and moves the head to it; <see cref="ErrorKind.Locked"/> when the lock that has this fencing token was lost
    /// to an exclusive holder (null: whatever is done needs no lock).
    /// </summary>
    internal async Task<Appended> Append(IReadOnlyList<ManifestChange> changes, long? fence, CancellationToken cancellationToken) => (await Append(_ => changes, null, fence, cancellationToken))!;

    /// <summary>
    /// As above, with what <paramref name="decide"/> makes of the state behind which the revision will stand: it is asked again when another writer was first. Where it gives null, nothing is
    /// appended, and null is given.
    /// </summary>
    internal Task<Appended?> Append(Func<ManifestState, IReadOnlyList<ManifestChange>?> decide, long? fence, CancellationToken cancellationToken) => Append(decide, null, fence, cancellationToken);

    /// <summary>
    /// Changes the keyring in the same way: it stands in the revision that records it and, from the same moment on, in the head. When it turns out to be as it shall be
    /// already, there is no new revision. A new epoch begins with a checkpoint, so that nothing before it is needed.
    /// </summary>
    internal async Task<Appended> ChangeKeys(KeyringChange change, IReadOnlyList<ManifestChange> changes, long? fence, CancellationToken cancellationToken) =>
        (await Append(_ => changes, change, fence, cancellationToken))!;

    private async Task<Appended?> Append(Func<ManifestState, IReadOnlyList<ManifestChange>?> decide, KeyringChange? change, long? fence, CancellationToken cancellationToken)
    {
        Appended? mine = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var head = await ReadHead(cancellationToken);
            var repository = await session.Follow(head, cancellationToken);
            RequireLock(Recording, head, fence);
            var state = await Load(repository, head, mine?.Revision, cancellationToken);
            if (mine is not null)
            {
                // another writer may have finished what we had published
                if (state.Knows(mine.Root)) return mine;
                await RevisionPublisher.Withdraw(repository.Nodes, mine.Root, cancellationToken);
                mine = null;
            }
            var found = await NewerRevisions.Find(repository, state, session.Unlock, cancellationToken);
            if (found.Newest is { } newer)
            {
                await FinishAppend(Recording, repository, head, newer, cancellationToken);
                continue;
            }

            if (decide(state) is not { } changes) return null;
            using var changed = change is null ? null : await Changed(repository, change, cancellationToken);
            if (change is not null && changed is null) return new(head.Manifest, head.Revision, []);
            var writer = changed ?? repository;
            var startsEpoch = writer.Keyring.CurrentEpoch != repository.Keyring.CurrentEpoch;
            var checkpoint = startsEpoch ? await CheckpointPages.Write(writer, state, state.Revision, cancellationToken) : await CheckpointPages.WriteIfDue(writer, state, cancellationToken);
            IReadOnlyList<ManifestChange> all = changed is null ? changes : [.. changes, KeysChanged.Between(repository.Keyring, changed.Keyring, time.GetUtcNow())];
            var revision = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, state.Revision + 1, head.Manifest, time.GetUtcNow(), checkpoint?.Checkpoint, all);
            var published = await RevisionPublisher.Publish(writer, revision, cancellationToken);
            await catalog.Keep(revision.Revision, [.. checkpoint?.Blocks ?? [], .. published.Blocks], cancellationToken);
            // nobody reads behind the newest checkpoint but a writer who was overtaken
            if (checkpoint is not null && revision.Revision > CheckpointPages.Interval) await catalog.DropBefore(revision.Revision - CheckpointPages.Interval, cancellationToken);
            mine = new(published.Root, revision.Revision, [.. found.Problems, .. checkpoint?.Problems ?? [], .. published.Problems]);
            if (await MoveHead(head, mine.Root, writer.Keyring, cancellationToken)) return mine;
        }
        throw new BackupException(ErrorKind.Locked, $"record in the manifest: other writers were first {MaxAttempts} times", "run again when fewer backups run at once");
    }

    private static void RequireLock(string purpose, CatalogHead head, long? fence)
    {
        if (fence < head.Fence)
            throw new BackupException(ErrorKind.Locked, $"{purpose}: the lock on the repository ran out, and it was locked exclusively since", "run it again");
    }

    // a writer that died between publishing and moving the head left a direct child of the head: it is finished, not written over
    private async Task FinishAppend(string purpose, Repository repository, CatalogHead head, NewerRevision newer, CancellationToken cancellationToken)
    {
        var (number, previous) = (newer.Revision.Revision, newer.Revision.Previous);
        if (number == head.Revision + 1 && previous == head.Manifest)
        {
            // it may have died before the second node
            await RevisionPublisher.Copy(repository, newer.Root, cancellationToken);
            await MoveHead(head, newer.Root, newer.Keyring ?? head.Keyring, cancellationToken);
            return;
        }
        // other writers may have moved the head since it was read, and published behind it
        if ((await catalog.ReadHead(cancellationToken))?.Revision != head.Revision) return;
        throw new BackupException(ErrorKind.Conflict, $"{purpose}: {newer.Node} holds revision {number}, but the catalogue {catalog.Name} only knows {head.Revision}",
            "the catalogue was rolled back or belongs to another host: nothing was changed; `backupfn recover` brings it up to date");
    }

    private async Task<CatalogHead> ReadHead(CancellationToken cancellationToken) =>
        await catalog.ReadHead(cancellationToken) ?? throw RepositorySession.NoRepository(catalog);

    private Task<bool> MoveHead(CatalogHead from, Cid to, Keyring keyring, CancellationToken cancellationToken) =>
        catalog.TryReplaceHead(from, new(from.Repository, from.Revision + 1, to, keyring, from.Fence), cancellationToken);

    // a repository with a keyring of its own; null when nothing changes
    private async Task<Repository?> Changed(Repository repository, KeyringChange change, CancellationToken cancellationToken)
    {
        var keys = await session.Unlock(repository.Keyring, cancellationToken);
        try
        {
            change(keys);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
        if (keys.Keyring.Digest != repository.Keyring.Digest) return new(keys, repository.Nodes);
        keys.Dispose();
        return null;
    }

    private async Task<ManifestState> Load(Repository repository, CatalogHead head, ulong? backTo, CancellationToken cancellationToken)
    {
        using var opener = repository.Opener();
        var files = new UnixFsReader(new BlockReader([catalog, .. repository.Nodes]));
        var state = await ManifestChain.Load(files, opener, repository.Id, head.Manifest, head.Revision, backTo, repository.Chain, cancellationToken);
        // the catalogue is not trusted: an older keyring in it would bring an epoch back that was given up
        if (state.KeyChanges is [.., var last] && last.Keyring != head.Keyring.Digest)
            throw BackupException.Corrupt($"read catalogue {catalog.Name}: its keyring is not the one that revision {head.Revision} of the manifest goes with, which was changed at {Telemetry.Human.Time(last.At)}");
        return state;
    }
}

/// <summary>Changes the keyring that it is given, or leaves it when there is nothing to do. Runs again when another writer was first, then on the newer keyring.</summary>
internal delegate void KeyringChange(UnlockedKeyring keys);

/// <summary>A revision that was appended, and the problems of nodes that do not hold it.</summary>
internal sealed record Appended(Cid Root, ulong Revision, IReadOnlyList<string> Problems);
