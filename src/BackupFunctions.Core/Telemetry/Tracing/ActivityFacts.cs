using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Retention;
using BackupFunctions.Verification.Scrubbing;

namespace BackupFunctions.Telemetry.Tracing;

/// <summary>What the messages of an activity say for spans and metrics: the backup, and the node by its number (from 1 on, the local vault behind the others).</summary>
internal readonly record struct ActivityFacts(BackupId? Backup, int? Node)
{
    /// <summary>Of an input.</summary>
    public static ActivityFacts Of(object? input) => input switch
    {
        NodeInput i => new(i.Backup, i.Node + 1),
        UploadInput i => new(i.Backup, i.Node + 1),
        VerifyInput i => new(i.Backup, i.Node + 1),
        UnpinInput i => new(null, i.Node + 1),
        ScrubTurnInput i => new(null, i.Node + 1),
        PlanInput i => new(i.Backup, null),
        DumpInput i => new(i.Backup, null),
        CaptureInput i => new(i.Backup, null),
        GatherInput i => new(i.Backup, null),
        AssembleInput i => new(i.Backup, null),
        CleanupInput i => new(i.Backup, null),
        _ => default,
    };

    /// <summary>The bytes that it handled, by its result.</summary>
    public static long? Bytes(object? result) => result switch
    {
        DumpResult r => r.Bytes,
        CaptureResult r => r.Bytes,
        UploadResult r => r.Bytes,
        CopyResult r => r.Bytes,
        BackupEntry r => r.StoredBytes,
        _ => null,
    };
}
