using BackupFunctions.Workflows;

namespace BackupFunctions.Rotation;

/// <summary>Puts the new key in the place of the old one. Run again it finds that done.</summary>
internal sealed class RotateSlotsActivity(RepositoryKeyring keyring) : IActivity<RotateSlotsInput, KeysRotated>
{
    /// <inheritdoc/>
    public ActivityName<RotateSlotsInput, KeysRotated> Name => RotationActivities.RotateSlots;

    /// <inheritdoc/>
    public async Task<KeysRotated> Run(RotateSlotsInput input, CancellationToken cancellationToken) =>
        KeysRotated.Of(await keyring.Rotate(input.SlotId, cancellationToken));
}

/// <summary>
/// Begins a new epoch, unless one was begun. The lock is exclusive, so that no run is under way which would seal one half of a backup under one epoch and one under
/// the other.
/// </summary>
internal sealed class StartEpochActivity(RepositoryKeyring keyring) : IActivity<StartEpochInput, KeysRotated>
{
    /// <inheritdoc/>
    public ActivityName<StartEpochInput, KeysRotated> Name => RotationActivities.StartEpoch;

    /// <inheritdoc/>
    public async Task<KeysRotated> Run(StartEpochInput input, CancellationToken cancellationToken) =>
        KeysRotated.Of(await keyring.StartEpoch(input.SlotId, input.Fence, cancellationToken));
}
