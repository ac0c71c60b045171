using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Api.Messages;

/// <summary>A backup in a list, with what else the manifest knows of it.</summary>
public sealed record ListedBackup : BackupSummary
{
    private ListedBackup(BackupSummary summary) : base(summary)
    {
    }

    /// <summary>The full backup that a restore of it loads first: itself, or the newest one that it continues; null when there is none.</summary>
    public string? Chain { get; init; }

    /// <summary>How many nodes hold it, verified.</summary>
    public int Copies { get; init; }

    /// <summary>How many should.</summary>
    public int WantedCopies { get; init; }

    /// <summary>When all of these copies had been verified; null without one.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>Whether a scrub found blocks that no copy has.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Whether retention leaves it alone.</summary>
    public bool IsProtected { get; init; }

    /// <summary>The last restore drill that loaded it; null: none did.</summary>
    public LastDrill? Drilled { get; init; }

    /// <summary>Of these entries of a manifest, in their order.</summary>
    public static IReadOnlyList<ListedBackup> Of(IEnumerable<BackupEntry> entries, ManifestState manifest)
    {
        var chains = Chains(manifest);
        var drills = manifest.Drills.Where(d => d.Backup is not null).GroupBy(d => d.Backup!.Value).ToDictionary(g => g.Key, g => g.Last());
        return
        [
            .. entries.Select(e => new ListedBackup(BackupSummary.Of(e))
            {
                Chain = chains.TryGetValue(e.Id, out var full) ? $"{full}" : null,
                Copies = e.CopiesByAddress().Count,
                WantedCopies = e.WantedCopies,
                VerifiedAt = e.Copies.Count == 0 ? null : e.Copies.Max(c => c.VerifiedAt),
                IsDamaged = manifest.IsDamaged(e.Id),
                IsProtected = e.IsProtected,
                Drilled = drills.TryGetValue(e.Id, out var drill) ? new(drill.At, Human.Word(drill.Outcome)) : null,
            }),
        ];
    }

    // slices may continue several full backups; a restore takes the newest
    private static Dictionary<BackupId, BackupId> Chains(ManifestState manifest)
    {
        var timeline = OplogTimeline.Of(manifest);
        var chains = new Dictionary<BackupId, BackupId>();
        foreach (var full in manifest.Backups.Where(b => b.Type == BackupType.Full))
        {
            chains[full.Id] = full.Id;
            foreach (var slice in timeline.SlicesAfter(full)) chains[slice.Id] = full.Id;
        }
        return chains;
    }
}

/// <summary>A restore drill: when it ended, and whether it was <c>proven</c>, <c>replayed</c> (not compared) or <c>failed</c>.</summary>
public sealed record LastDrill(DateTimeOffset At, string Outcome);
