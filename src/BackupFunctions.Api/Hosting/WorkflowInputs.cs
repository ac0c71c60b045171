using System.Text.Json;
using BackupFunctions.Backup;
using BackupFunctions.Serialization;
using BackupFunctions.Workflows;

namespace BackupFunctions.Api.Hosting;

/// <summary>The inputs with which hosts start workflows by a schedule, and for requests that ask for nothing else.</summary>
public static class WorkflowInputs
{
    /// <summary>Of a full backup.</summary>
    public static JsonElement Full(BackupEngine engine) => Json(new FullBackupInput(engine.Options.Parallelism) { CleansUp = engine.Options.RetentionAfterBackup });

    /// <summary>Of an incremental backup.</summary>
    public static JsonElement Incremental(BackupEngine engine) =>
        Json(new IncrementalBackupInput(engine.Options.Parallelism, IncrementalBackupInput.DefaultMaxBytes, TimeSpan.Zero) { CleansUp = engine.Options.RetentionAfterBackup });

    /// <summary>Of ResumeUploads.</summary>
    public static JsonElement Resume() => Json(new ResumeUploadsInput());

    /// <summary>Of Retention.</summary>
    public static JsonElement Retention() => Json(new RetentionInput());

    /// <summary>Of a scrub: the next slice, or all there is.</summary>
    public static JsonElement Scrub(BackupEngine engine, bool all = false) => Json(new ScrubInput(all ? 1 : engine.Options.ScrubSlices));

    /// <summary>Of a restore drill to this point in time; null: to what chance chooses.</summary>
    public static JsonElement Drill(string? at = null) => Json(new DrillInput(at));

    /// <summary>Of a rotation of keys.</summary>
    public static JsonElement Rotation(bool reEncrypt, string? slotId) => Json(new RotateKeysInput(reEncrypt, slotId));

    private static JsonElement Json<T>(T input) => JsonSerializer.SerializeToElement(input, EngineJson.Options);
}
