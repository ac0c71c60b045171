using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Workflows;

namespace BackupFunctions.Retention;

/// <summary>
/// Keeps in the local vault what leads to the points of the last days, and unpins there what is older or removed. The nodes keep theirs. What the manifest does not know is left alone.
/// </summary>
internal sealed class TidyLocalVaultActivity(RepositorySession session, ManifestStore manifest, StagedWorkReader staged, IReadOnlyList<IIpfsNode> localVault, RetentionSettings settings)
    : IActivity<TidyLocalVaultInput, UnpinResult>
{
    /// <inheritdoc/>
    public ActivityName<TidyLocalVaultInput, UnpinResult> Name => RetentionActivities.TidyLocalVault;

    /// <inheritdoc/>
    public async Task<UnpinResult> Run(TidyLocalVaultInput input, CancellationToken cancellationToken)
    {
        var name = PinNames.Backup((await session.Open(cancellationToken)).Id);
        var state = await manifest.LoadNewest("tidy the local vault", null, cancellationToken);
        var plan = RetentionPlanner.Plan(state, new(settings.LocalDays), input.Now, await staged.Read(cancellationToken));
        var kept = plan.Items.Where(i => i.Keep).Select(i => i.Backup.Root).ToHashSet();
        var old = plan.Removed.Select(i => i.Backup.Root).Concat(state.Removed.Select(t => t.Backup.Root)).Where(r => !kept.Contains(r)).ToHashSet();
        var unpinned = 0;
        foreach (var vault in localVault)
        {
            foreach (var pin in await vault.Pins(cancellationToken).ToListAsync(cancellationToken))
            {
                if (pin.Name != name || !old.Contains(pin.Root)) continue;
                await vault.Unpin(pin.Root, cancellationToken);
                unpinned++;
            }
        }
        return new(unpinned);
    }
}
