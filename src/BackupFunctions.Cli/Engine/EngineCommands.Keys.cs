using System.Text;
using BackupFunctions.Cli.Commands;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Encryption;
using BackupFunctions.Manifest;
using BackupFunctions.Rotation;

namespace BackupFunctions.Cli.Engine;

/// <summary>The commands about keys.</summary>
internal sealed partial class EngineCommands
{
    /// <inheritdoc/>
    public async Task<KeyListResult> ListKeys(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var keyring = await engine.Slots.Read(cancellationToken);
        var slots = await engine.Slots.List(cancellationToken);
        return new(keyring.Repository.ToString(), keyring.CurrentEpoch, Epochs(keyring.Epochs),
            [.. slots.Select(s => new KeySlotSummary(s.Id, s.Kind, Epochs(s.Epochs), s.IsOpenedByKey, s.IsOpenedByNewKey))],
            slots.Any(s => s.IsOpenedByKey || s.IsOpenedByNewKey) ? await Changes(engine, cancellationToken) : []);
    }

    /// <inheritdoc/>
    public async Task<KeysChangedResult> AddKey(AddKeyRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Changed(await engine.Slots.Add(request.Id, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<KeysChangedResult> RemoveKey(RemoveKeyRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        return Changed(await engine.Slots.Remove(request.Id, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<KeysChangedResult> RotateKeys(RotateKeysRequest request, EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var result = await engine.RotateKeys(request.ReEncrypt, request.Id, Report(run), cancellationToken);
        var keys = result.Keys;
        return new(keys.Epoch, keys.Added, keys.Removed, keys.Slots, (long)keys.Revision, result.ReEncrypted, result.Backups, result.Unpinned, result.WasComplete, result.Warnings);
    }

    /// <inheritdoc/>
    public async Task<KeyringResult> ExportKeyring(EngineRun run, CancellationToken cancellationToken)
    {
        using var engine = Open(run);
        var keyring = await engine.Slots.Read(cancellationToken);
        return new(keyring.Repository.ToString(), Encoding.UTF8.GetString(keyring.ToJson()));
    }

    private static async Task<IReadOnlyList<KeyringChangeSummary>> Changes(BackupEngine engine, CancellationToken cancellationToken) =>
        [.. (await engine.Manifest.Load(cancellationToken)).KeyChanges.Select(c => new KeyringChangeSummary(c.At, Epochs(c.Epochs), c.Added, c.Removed))];

    private static KeysChangedResult Changed(KeyringChanged changed)
    {
        var keys = KeysRotated.Of(changed);
        return new(keys.Epoch, keys.Added, keys.Removed, keys.Slots, (long)keys.Revision, false, 0, 0, false, keys.Problems);
    }

    private static IReadOnlyList<long> Epochs(IReadOnlyList<uint> epochs) => [.. epochs.Select(e => (long)e)];
}
