using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Staging;

namespace BackupFunctions.Recovery;

/// <summary>
/// Rebuilds the catalogue from what nodes hold and the key: finds the newest revision that opens, unites with it what stands beside it, and moves the head there. A catalogue that is up
/// to date is left alone, one that is behind is brought forward; only the head is ever replaced, by compare-and-set. Without a catalogue it only tells what is there.
/// </summary>
public sealed class CatalogRecovery(ICatalog? catalog, IKeySource keySource, IReadOnlyList<IIpfsNode> nodes, IStaging staging, IRandomSource random, TimeProvider time)
{
    private const string Purpose = "a recovery";

    /// <summary>Recovers. Run again, it finds the catalogue up to date.</summary>
    public async Task<RecoveryResult> Run(RecoveryRequest request, CancellationToken cancellationToken)
    {
        var head = await ReadHead(cancellationToken);
        var evidence = await RevisionEvidence.Gather(nodes, catalog, [.. Named(request, head)], cancellationToken);
        if (evidence.Unreadable.FirstOrDefault(u => u.Root == request.Manifest) is { } wrong) throw wrong.Problem;
        using var secret = await keySource.Read(cancellationToken);
        var wanted = request.Repository ?? request.Kit?.Repository ?? evidence.Claims.FirstOrDefault(c => c.Claim.Root == request.Manifest)?.Claim.Repository ?? head?.Repository;
        using var found = await FoundRepository.Open(evidence, secret, wanted, cancellationToken);
        if (head is not null && head.Repository != found.Newest.Repository)
            throw new BackupException(ErrorKind.Failed, $"recover repository {found.Newest.Repository}: the catalogue {catalog!.Name} is of repository {head.Repository}", "point MONGODB_CATALOG_URI and MONGODB_CATALOG_DATABASE at an empty catalogue");

        var newer = evidence.Named.Where(n => n.Repository == found.Newest.Repository && n.Revision > found.Newest.Revision).MaxBy(n => n.Revision);
        var behind = newer is null ? null : $"recover repository {found.Newest.Repository}: {newer.Source} knows revision {newer.Revision}, and the newest that can be read is {found.Newest.Revision}";
        if (behind is not null && !request.DryRun && !request.AcceptOlder)
            throw new BackupException(ErrorKind.Failed, behind, "bring back the node that holds it; with --accept-older the older one counts, and backups that are pinned are listed again as far as they can be read");

        var plan = await RecoveryPlan.Make(evidence, found, newer?.Revision ?? 0, await Staged(cancellationToken), nodes.Count, time.GetUtcNow(), cancellationToken);
        var result = new RecoveryResult(RecoveryOutcome.Found, found.Newest.Repository, found.Newest.Revision, found.Newest.Root, head?.Revision, [.. plan.Branches.Beside.Select(b => b.Claim.Root)],
            plan.Relisted, plan.Backups, [.. evidence.Pins.Silent.Select(e => e.Message)], [.. behind is null ? [] : new[] { behind }, .. plan.Warnings]);
        return request.DryRun || catalog is null ? result : await UnderLock(() => Write(catalog, evidence, found, head, plan, result, cancellationToken), cancellationToken);
    }

    private async Task<CatalogHead?> ReadHead(CancellationToken cancellationToken)
    {
        try
        {
            return catalog is null ? null : await catalog.ReadHead(cancellationToken);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Corrupt)
        {
            throw new BackupException(e.Kind, e.Message, "delete the head of the catalogue (head.json, or the document 'head'), or point MONGODB_CATALOG_URI at an empty catalogue, and recover again", e);
        }
    }

    private IEnumerable<NamedRevision> Named(RecoveryRequest request, CatalogHead? head)
    {
        if (request.Manifest is { } root) yield return new(root, null, null, "the CID that was given");
        if (request.Kit is { } kit) yield return new(kit.Manifest, kit.Repository, kit.Revision, "the recovery kit");
        if (head is not null) yield return new(head.Manifest, head.Repository, head.Revision, $"the catalogue {catalog!.Name}");
    }

    private async Task<IReadOnlySet<BackupId>> Staged(CancellationToken cancellationToken)
    {
        var ids = new HashSet<BackupId>();
        try
        {
            await foreach (var run in staging.Runs(cancellationToken))
            {
                if (BackupId.TryParse(run, out var id)) ids.Add(id);
            }
        }
        catch (BackupException)
        {
            // on the worst day staging may be gone, too, and then nothing waits there
        }
        return ids;
    }

    private async Task<RecoveryResult> UnderLock(Func<Task<RecoveryResult>> write, CancellationToken cancellationToken)
    {
        var id = new byte[16];
        random.Fill(id);
        var locks = new RepositoryLock(catalog!, time);
        var holder = await locks.Take(Convert.ToHexStringLower(id), LockMode.Shared, Purpose, cancellationToken);
        try
        {
            return await write();
        }
        finally
        {
            await locks.Release(holder.Id, CancellationToken.None);
        }
    }

    private async Task<RecoveryResult> Write(
        ICatalog into, RevisionEvidence evidence, FoundRepository found, CatalogHead? head, RecoveryPlan plan, RecoveryResult result, CancellationToken cancellationToken)
    {
        // its keys are the finding's, which clears them
        var repository = new Repository(found.Keys, evidence.Pins.Answering);
        var warnings = new List<string>(result.Warnings);
        var (number, root) = (found.Newest.Revision, found.Newest.Root);
        if (plan.NeedsRevision) (number, root) = await Record(repository, into, plan, root, warnings, cancellationToken);
        warnings.AddRange(await new ManifestCopies(repository, into, evidence.Blocks).Complete(root, cancellationToken));

        var next = new CatalogHead(repository.Id, number, root, repository.Keyring, head?.Fence ?? 0);
        if (head is not null && head.Revision == number && head.Manifest == root && head.Keyring.ToJson().AsSpan().SequenceEqual(next.Keyring.ToJson()))
            return result with { Outcome = RecoveryOutcome.UpToDate, Warnings = warnings };
        if (!await into.TryReplaceHead(head, next, cancellationToken))
        {
            if (plan.NeedsRevision) await RevisionPublisher.Withdraw(repository.Nodes, root, cancellationToken);
            throw new BackupException(ErrorKind.Locked, $"recover repository {repository.Id}: another writer moved the head of {into.Name} meanwhile", "run it again");
        }
        // what was merged is known by the new revision; where the chain is broken it is all that is left of it
        if (plan.Branches.Broken.Count == 0)
        {
            foreach (var beside in plan.Branches.Beside) await RevisionPublisher.Withdraw(repository.Nodes, beside.Claim.Root, cancellationToken);
        }
        return result with { Outcome = RecoveryOutcome.Recovered, Revision = number, Manifest = root, Warnings = warnings };
    }

    private async Task<(ulong, Cid)> Record(Repository repository, ICatalog into, RecoveryPlan plan, Cid previous, List<string> warnings, CancellationToken cancellationToken)
    {
        var (state, number) = (plan.Branches.State, plan.NextRevision);
        var checkpoint = plan.NeedsCheckpoint ? await CheckpointPages.Write(repository, state, number - 1, cancellationToken) : await CheckpointPages.WriteIfDue(repository, state, cancellationToken);
        var revision = new ManifestRevision(ManifestRevision.CurrentFormat, repository.Id, number, previous, time.GetUtcNow(), checkpoint?.Checkpoint, plan.Changes);
        var published = await RevisionPublisher.Publish(repository, revision, cancellationToken);
        await into.Keep(number, [.. checkpoint?.Blocks ?? [], .. published.Blocks], cancellationToken);
        warnings.AddRange([.. checkpoint?.Problems ?? [], .. published.Problems]);
        return (number, published.Root);
    }
}
