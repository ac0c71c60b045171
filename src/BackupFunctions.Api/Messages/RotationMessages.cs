using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Messages;

/// <summary>Body of <c>POST keys/rotations</c>. It names no key: the new one is a setting of the host.</summary>
public sealed record RotationRequest
{
    /// <summary>Whether every backup is sealed again under a new root key, and what was sealed under the old one is unpinned.</summary>
    public bool ReEncrypt { get; init; }

    /// <summary>With <see cref="ReEncrypt"/>: the epoch that ends, the oldest of the keyring, as a request without it is answered.</summary>
    public uint? ConfirmEpoch { get; init; }

    /// <summary>The id of the new slot; null for the next number.</summary>
    public string? SlotId { get; init; }
}

/// <summary>
/// The output of a rotation: the current epoch, the slots that came, left and open it now, and the revision of the manifest that has them; whether everything was sealed again, how many backups and bytes,
/// and how many pins of older epochs went, on all nodes together; or that an earlier run had done all of it.
/// </summary>
public sealed record RotationOutput(
    uint Epoch, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Slots, ulong Revision, bool ReEncrypted, int Backups, long Bytes, int Unpinned, bool WasComplete, IReadOnlyList<string> Warnings)
{
    /// <summary>Of the result.</summary>
    public static RotationOutput Of(RotateKeysResult result) => new(
        result.Keys.Epoch, result.Keys.Added, result.Keys.Removed, result.Keys.Slots, result.Keys.Revision, result.ReEncrypted, result.Backups, result.Bytes, result.Unpinned, result.WasComplete, result.Warnings);
}
