namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for the backups of a type (null: any) that started at or after a time (null: ever).</summary>
public sealed record ListRequest(BackupType? Type, DateTimeOffset? Since);

/// <summary>Backups, newest first, and what can be restored to a point in time, whatever was asked for.</summary>
public sealed record ListResult(IReadOnlyList<BackupSummary> Backups, WindowsResult Restorable);
