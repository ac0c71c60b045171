using BackupFunctions.Manifest;

namespace BackupFunctions.Api.Messages;

/// <summary>The last restore drill whose outcome was compared and is equal: when it ended, and which full backup it restored.</summary>
public sealed record ProvenRestore(DateTimeOffset At, string Backup)
{
    /// <summary>Of a manifest; null when nothing was proven yet.</summary>
    public static ProvenRestore? Of(ManifestState manifest) => manifest.LastProvenDrill is { } drill ? new(drill.At, $"{drill.Backup}") : null;
}
