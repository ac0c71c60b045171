namespace BackupFunctions.Tests.Cli;

/// <summary>
/// A golden case: a command line (words apart by spaces, no quoting), what it prints and its exit code. The settings are complete ones with
/// these changes; the engine answers as <see cref="FakeEngine"/> unless it is given.
/// </summary>
internal sealed record CliCase(string CommandLine, string Out, string Error = "", int ExitCode = 0)
{
    public string[] Settings { get; init; } = [];

    public FakeEngine Engine { get; init; } = new();

    /// <summary>Files that are left in the working directory.</summary>
    public string[] Files { get; init; } = [];
}
