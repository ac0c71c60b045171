namespace BackupFunctions.Cli.Commands.Messages;

/// <summary>A channel that was tested: its name, where it leads (no secret), what went wrong (null for nothing), and what to do.</summary>
public sealed record TestedReceiver(string Channel, string Target, string? Fault, string? Hint);

/// <summary>All channels that are set.</summary>
public sealed record AlertsTestResult(IReadOnlyList<TestedReceiver> Channels);
