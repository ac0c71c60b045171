using BackupFunctions.Ambient;
using BackupFunctions.Cli;
using BackupFunctions.Configuration;
using BackupFunctions.Tests.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Cli;

/// <summary>One run of the command line in process, in a directory of its own that the texts call <c>/work</c>.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error, IReadOnlyList<string> Files)
{
    public static async Task<CliRun> Of(
        IReadOnlyList<string> args,
        FakeEngine? engine = null,
        IReadOnlyDictionary<string, string>? settings = null,
        bool terminal = false,
        Action<string>? prepare = null,
        CancellationToken cancellationToken = default)
    {
        var directory = Directory.CreateTempSubdirectory("backupfn").FullName;
        try
        {
            prepare?.Invoke(directory);
            using StringWriter stdout = new() { NewLine = "\n" }, stderr = new() { NewLine = "\n" };
            var io = new CliIo(stdout, stderr, SettingsSource.FromDirectory(settings ?? TestSettings.Complete(), directory, new DiskFiles()))
            {
                ErrorIsTerminal = terminal,
                Time = new FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 2, 0, 0, TimeSpan.Zero)),
                Random = new CountingRandom(),
            };
            var exitCode = await CliApp.Run(args, engine ?? new FakeEngine(), io, cancellationToken);
            return new(exitCode, Text(stdout), Text(stderr), [.. Directory.EnumerateFileSystemEntries(directory).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        string Text(StringWriter writer) => writer.ToString().Replace(directory, "/work", StringComparison.Ordinal);
    }

    private sealed class CountingRandom : IRandomSource
    {
        public void Fill(Span<byte> destination)
        {
            for (var i = 0; i < destination.Length; i++) destination[i] = (byte)(i + 100);
        }
    }
}
