using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Hosting;

/// <summary>The fixed instance id of each kind of workflow: one of a kind runs at a time, in both hosts.</summary>
public static class WorkflowKinds
{
    /// <summary>Of <see cref="FullBackupWorkflow"/>.</summary>
    public const string FullBackup = "full-backup";

    /// <summary>Of <see cref="IncrementalBackupWorkflow"/>.</summary>
    public const string IncrementalBackup = "incremental-backup";

    /// <summary>Of <see cref="ResumeUploadsWorkflow"/>.</summary>
    public const string ResumeUploads = "resume-uploads";

    /// <summary>Of <see cref="RetentionWorkflow"/>.</summary>
    public const string Retention = "retention";

    /// <summary>Of <see cref="RestoreWorkflow"/>.</summary>
    public const string Restore = "restore";

    /// <summary>Of <see cref="VerificationWorkflow"/>.</summary>
    public const string Verification = "verification";

    /// <summary>Of <see cref="ScrubWorkflow"/>.</summary>
    public const string Scrub = "scrub";

    /// <summary>Of <see cref="RestoreDrillWorkflow"/>.</summary>
    public const string RestoreDrill = "restore-drill";

    /// <summary>Of <see cref="RotateKeysWorkflow"/>.</summary>
    public const string RotateKeys = "rotate-keys";

    /// <summary>The event that asks a run to end.</summary>
    public const string CancelEvent = "cancel";

    /// <summary>The id of a workflow by its name.</summary>
    public static string IdOf(string workflow) => workflow switch
    {
        FullBackupWorkflow.Name => FullBackup,
        IncrementalBackupWorkflow.Name => IncrementalBackup,
        ResumeUploadsWorkflow.Name => ResumeUploads,
        RetentionWorkflow.Name => Retention,
        RestoreWorkflow.Name => Restore,
        VerificationWorkflow.Name => Verification,
        ScrubWorkflow.Name => Scrub,
        RestoreDrillWorkflow.Name => RestoreDrill,
        RotateKeysWorkflow.Name => RotateKeys,
        _ => throw new ArgumentException($"'{workflow}' is no workflow", nameof(workflow)),
    };
}
