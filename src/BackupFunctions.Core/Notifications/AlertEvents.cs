namespace BackupFunctions.Notifications;

/// <summary>The names of the events, and what each of them says about others.</summary>
public static class AlertEvents
{
    /// <summary>A backup is recorded on every node; one, on fewer; none is, by a run that failed. The subject is the type.</summary>
    public const string BackupCompleted = "backup.completed", BackupDegraded = "backup.degraded", BackupFailed = "backup.failed";

    /// <summary>No backup has succeeded for too long. The subject is the type.</summary>
    public const string BackupOverdue = "backup.overdue";

    /// <summary>Backups have lacked a verified, pinned copy for too long.</summary>
    public const string PinsFailing = "pins.failing";

    /// <summary>The oplog does not go on where the chain ends; it will soon not reach back to there.</summary>
    public const string OplogGap = "oplog.gap", OplogHeadroom = "oplog.headroom";

    /// <summary>A node knows a newer manifest than the catalogue; the catalogue was brought up to date.</summary>
    public const string ManifestConflict = "manifest.conflict", CatalogueRecovered = "catalogue.recovered";

    /// <summary>What does not answer: the catalogue, the server that is backed up, a node (the subject is its number).</summary>
    public const string CatalogueUnreachable = "catalogue.unreachable", SourceUnreachable = "source.unreachable", NodeUnreachable = "node.unreachable";

    /// <summary>What a scrub found; that it found nothing; that it could not be run to its end.</summary>
    public const string ScrubFinding = "scrub.finding", ScrubCompleted = "scrub.completed", ScrubFailed = "scrub.failed";

    /// <summary>How a restore drill ended.</summary>
    public const string DrillCompleted = "drill.completed", DrillFailed = "drill.failed";

    /// <summary>How a restore ended that a host was asked for.</summary>
    public const string RestoreCompleted = "restore.completed", RestoreFailed = "restore.failed";

    /// <summary>How a verification ended. The subject is the root, if it got as far.</summary>
    public const string VerificationCompleted = "verification.completed", VerificationFailed = "verification.failed";

    /// <summary>How retention ended; pending is what a node or another run kept it from.</summary>
    public const string RetentionCompleted = "retention.completed", RetentionPending = "retention.pending", RetentionFailed = "retention.failed";

    /// <summary>How a rotation of keys ended.</summary>
    public const string KeysRotated = "keys.rotated", KeysRotationFailed = "keys.rotation.failed";

    /// <summary>How unfinished uploads went on.</summary>
    public const string UploadsCompleted = "uploads.completed", UploadsWaiting = "uploads.waiting";

    /// <summary>A test of the receivers.</summary>
    public const string Test = "alerts.test";

    /// <summary>Whether it only says that something else is over, and is not told by itself.</summary>
    public static bool IsSilent(Alert alert) => alert.Event is ScrubCompleted or VerificationCompleted or RetentionCompleted or UploadsCompleted;

    /// <summary>The causes that are over by this alert.</summary>
    public static IReadOnlyList<string> Ends(Alert alert) => alert.Event switch
    {
        BackupCompleted => [Of(BackupFailed, alert), Of(BackupOverdue, alert), OplogGap, ManifestConflict, UploadsWaiting],
        BackupDegraded => [Of(BackupFailed, alert), Of(BackupOverdue, alert), OplogGap, ManifestConflict],
        CatalogueRecovered => [ManifestConflict],
        ScrubCompleted => [ScrubFailed, UnfinishedScrub],
        ScrubFinding when alert.Level == AlertLevel.Info => [ScrubFailed, UnfinishedScrub],
        ScrubFinding => [ScrubFailed],
        DrillCompleted => [DrillFailed],
        RestoreCompleted => [RestoreFailed],
        VerificationCompleted => [Of(VerificationFailed, alert), VerificationFailed],
        RetentionCompleted => [RetentionFailed, RetentionPending],
        RetentionPending => [RetentionFailed],
        KeysRotated => [KeysRotationFailed],
        UploadsCompleted => [UploadsWaiting],
        _ => [],
    };

    // a copy that a scrub could not read to its end
    private const string UnfinishedScrub = $"{ScrubFinding}/warning";

    private static string Of(string name, Alert alert) => (alert with { Event = name }).Cause;
}
