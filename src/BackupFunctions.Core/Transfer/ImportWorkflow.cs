using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Workflows;

namespace BackupFunctions.Transfer;

/// <summary>
/// Brings backups from a CAR file, which stands before the nodes at place 0, to every node at once: copied in batches under guards, pinned, verified by hash, and recorded
/// one after the other when at least one node holds them. Run again, it goes on.
/// </summary>
internal static class ImportWorkflow
{
    public const string Name = "Import";

    /// <summary>Imports; <paramref name="nodes"/> are the configured ones, <paramref name="coverage"/> is recorded with the last backup.</summary>
    public static Task<IReadOnlyList<DeliveredBackup>> Run(
        IWorkflowContext context, int nodes, IReadOnlyList<BackupEntry> backups, IReadOnlyList<CoverageAdvanced> coverage, IReadOnlySet<BackupId> recorded) =>
        RepositoryHold.During(context, "", "import", LockMode.Shared, async hold =>
        {
            var delivered = new List<DeliveredBackup>();
            foreach (var backup in backups)
            {
                await hold.Claim(backup.Id);
                delivered.Add(await Deliver(context, hold, delivered.Count, nodes, backup, delivered.Count == backups.Count - 1 ? coverage : [], recorded.Contains(backup.Id)));
            }
            return (IReadOnlyList<DeliveredBackup>)delivered;
        });

    private static async Task<DeliveredBackup> Deliver(
        IWorkflowContext context, RepositoryHold hold, int number, int nodes, BackupEntry backup, IReadOnlyList<ManifestChange> beside, bool isRecorded)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{number}/");
        var progress = new DeliveryProgress(context, nodes + 1);
        var seed = BitConverter.ToUInt32(context.NewId().ToByteArray());
        var copies = await Task.WhenAll(Enumerable.Range(1, nodes).Select(node => Copy(new(context, prefix, backup, node, progress), seed)));
        var verified = copies.Select(c => c.Verified).OfType<VerifyResult>().ToList();
        var problems = copies.Select(c => c.Problem).OfType<ActivityFailedException>().ToList();
        if (verified.Count == 0)
            throw new ActivityFailedException(Name, problems[0].Kind, $"import backup {backup.Id} into any node: {string.Join("; ", problems.Select(p => p.Reason))}", $"{problems[0].Hint ?? "repair a node"}; then import again, which goes on", problems[0]);
        // its copies elsewhere are none of this catalogue's
        var entry = backup with { Copies = [.. verified.Select(v => v.Copy)], WantedCopies = nodes };
        ManifestChange[] changes = isRecorded ? [.. entry.Copies.Select(c => new CopyRecorded(entry.Id, c))] : [new BackupRecorded(entry)];
        var revision = await context.Call(BackupActivities.UpdateManifest, $"{prefix}manifest", new RecordInput([.. changes, .. beside], hold.Holder.Fence));
        return new(entry, revision.Manifest, revision.Revision, [.. problems.Select(p => p.Reason), .. revision.Problems], [.. verified.Select(Delivery.Healed).OfType<string>()]);
    }

    private static async Task<(VerifyResult? Verified, ActivityFailedException? Problem)> Copy(NodeDelivery delivery, uint seed)
    {
        try
        {
            await delivery.FromOtherCopies();
            return (await delivery.Verify(seed), null);
        }
        catch (ActivityFailedException e)
        {
            return (null, e);
        }
    }
}
