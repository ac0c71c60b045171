using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli;

/// <summary>Everything that a run of the CLI touches outside of itself. The writers are not disposed.</summary>
public sealed record CliIo(TextWriter Out, TextWriter Error, SettingsSource Settings)
{
    /// <summary>Whether a person watches standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The clock of log lines and file names.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where keys come from.</summary>
    public IRandomSource Random { get; init; } = new SystemRandomSource();

    /// <summary>Where key files go.</summary>
    public IFiles Files => Settings.Files;

    /// <summary>The console of this process.</summary>
    public static CliIo FromProcess() => new(Console.Out, Console.Error, SettingsSource.FromProcess(new DiskFiles()))
    {
        ErrorIsTerminal = !Console.IsErrorRedirected,
    };
}
