namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>Asks for the backups of a type (null: any) that started at or after a time (null: ever).</summary>
public sealed record ListRequest(BackupType? Type, DateTimeOffset? Since);

/// <summary>Backups, newest first, and, whatever was asked for, what can be restored to a point in time and the last restore that was proven (null: none).</summary>
public sealed record ListResult(IReadOnlyList<BackupSummary> Backups, WindowsResult Restorable, ProvenRestore? LastProven = null);

/// <summary>A restore drill whose outcome was compared and is equal: when, and of which backup.</summary>
public sealed record ProvenRestore(DateTimeOffset At, string Backup);
