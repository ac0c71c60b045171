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
        var head = await catalog.ReadHead(cancellationToken) ?? throw BackupException.NotFound($"read the head of the manifest: the catalogue {catalog.Name} is empty");
        return await Load(repository, head, null, cancellationToken);
    }

    /// <summary>
    /// Appends a revision with these changes and moves the head to it; <see cref="ErrorKind.Locked"/> when the lock that has this fencing token was lost
    /// to an exclusive holder (null: whatever is done needs no lock).
    /// </summary>
    internal async Task<Appended> Append(IReadOnlyList<ManifestChange> changes, long? fence, CancellationToken cancellationToken) => (await Append(_ => changes, fence, cancellationToken))!;

    /// <summary>
    /// As above, with what <paramref name="decide"/> makes of the state behind which the revision will stand: it is asked again when another writer was first. Where it gives null, nothing is
    /// appended, and null is given.
    /// </summary>
    internal async Task<Appended?> Append(Func<ManifestState, IReadOnlyList<ManifestChange>?> decide, long? fence, CancellationToken cancellationToken)
    {
        var repository = await session.Open(cancellationToken);
        Appended? mine = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var head = await catalog.ReadHead(cancellationToken) ?? throw BackupException.NotFound($"read the head of the manifest: the catalogue {catalog.Name} is empty");
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
                await FinishAppend(repository, head, newer, cancellationToken);
                continue;
            }

            if (decide(state) is not { } changes) return null;
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
    private async Task FinishAppend(Repository repository, CatalogHead head, NewerRevision newer, CancellationToken cancellationToken)
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
        throw new BackupException(ErrorKind.Failed,
            $"record in the manifest: {newer.Node} holds revision {number}, but the catalogue {catalog.Name} only knows {head.Revision}",
            "the catalogue was rolled back or belongs to another host: nothing was changed; restore the catalogue database before the next backup");
    }

    private Task<bool> MoveHead(Repository repository, CatalogHead from, Cid to, CancellationToken cancellationToken) =>
        catalog.TryReplaceHead(from, new(repository.Id, from.Revision + 1, to, repository.Keyring, from.Fence), cancellationToken);

    // reads back to the newest checkpoint, and behind it only to tell whether a revision of this number is part of the chain
    private async Task<ManifestState> Load(Repository repository, CatalogHead head, ulong? backTo, CancellationToken cancellationToken)
    {
        var files = new UnixFsReader(new BlockReader([catalog, .. repository.Nodes]));
        using var opener = repository.Opener();
        var chain = new Stack<(ManifestRevision Revision, Cid Root)>();
        Cid? next = head.Manifest;
        ManifestCheckpoint? checkpoint = null;
        var expected = head.Revision;
        while (next is { } root && (checkpoint is null || expected > checkpoint.Revision || expected >= backTo))
        {
            var revision = await RevisionReader.Read(files, opener, root, cancellationToken);
            if (revision.Repository != repository.Id || revision.Revision != expected)
                throw BackupException.Corrupt($"follow the manifest chain to {root}: it is revision {revision.Revision} of {revision.Repository}, want {expected} of {repository.Id}");
            chain.Push((revision, root));
            checkpoint ??= revision.Checkpoint;
            (next, expected) = (revision.Previous, expected - 1);
        }
        var state = new ManifestState();
        if (checkpoint is not null) state.Load(checkpoint, await CheckpointPages.Read(files, opener, checkpoint, cancellationToken));
        while (chain.TryPop(out var link)) state.Apply(link.Revision, link.Root);
        return state;
    }
}

/// <summary>A revision that was appended, and the problems of nodes that do not hold it.</summary>
internal sealed record Appended(Cid Root, ulong Revision, IReadOnlyList<string> Problems);
