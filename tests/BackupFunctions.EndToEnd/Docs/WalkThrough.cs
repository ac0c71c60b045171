using System.Diagnostics;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Serving;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>
/// The surroundings of the README and of docs/operations.md: a clone to stand in, an embedded server where it starts one, a directory for what it puts under
/// <c>/tmp/try</c>, and its <c>.env</c>. Commands run as processes, as a user's do.
/// </summary>
internal sealed class WalkThrough : IAsyncDisposable
{
    /// <summary>Where the README's server listens, and where its files go.</summary>
    public const string Port = "127.0.0.1:27117", Place = "/tmp/try";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("backupfunctions-readme-").FullName;
    private readonly EmbeddedMongoServer _server;
    private readonly Dictionary<string, string> _optimes = new(StringComparer.Ordinal);

    private WalkThrough(EmbeddedMongoServer server) => _server = server;

    public static async Task<WalkThrough> Start(string settings)
    {
        var walk = new WalkThrough(await EmbeddedMongoServer.Start(new EmbeddedMongoOptions()));
        Directory.CreateDirectory(walk.Clone);
        await walk.Configure(settings);
        Directory.CreateSymbolicLink(Path.Combine(walk.Clone, "tests"), Path.Combine(Transcript.Root, "tests"));
        return walk;
    }

    private string Clone => Path.Combine(_directory, "clone");

    /// <summary>The text for this machine, and for the time of this run.</summary>
    public string Here(string text) => _optimes.GetValueOrDefault(text)
        ?? text.Replace(Port, $"127.0.0.1:{_server.Port}", StringComparison.Ordinal).Replace(Place, Path.Combine(_directory, "try"), StringComparison.Ordinal);

    /// <summary>Takes each optime that the README shows here for the one that was printed in its place: commands that name it mean that one.</summary>
    public void Learn(string shown, string printed)
    {
        foreach (var (there, here) in Transcript.Optimes(shown).Zip(Transcript.Optimes(printed))) _optimes[there] = here;
    }

    /// <summary>The text as the README has it.</summary>
    public string There(string text) => text.Replace(Path.Combine(_directory, "try"), Place, StringComparison.Ordinal);

    /// <summary>Runs a command of a document, settings in front of it among its words.</summary>
    public Task<(int ExitCode, string Output)> Run(TranscriptCommand command)
    {
        var settings = command.Words.TakeWhile(w => w != "backupfn").Select(w => w.Split('=', 2)).ToDictionary(w => w[0], w => w[1], StringComparer.Ordinal);
        return BackupFn(command.Words.Skip(settings.Count + 1), settings);
    }

    /// <summary>Runs <c>backupfn</c>: its exit code, and standard output before standard error.</summary>
    public async Task<(int ExitCode, string Output)> BackupFn(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Clone, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(BuiltProgram.PathOf("src/BackupFunctions.Cli", "backupfn.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(Here(argument));
        // settings of whoever runs the tests must not win over the README's
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, There(await output + await error));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Writes other settings to the <c>.env</c>.</summary>
    public Task Configure(string settings) => File.WriteAllTextAsync(Path.Combine(Clone, ".env"), Here(settings));

    /// <summary>Runs <c>serve</c> on a free port, with a journal of its own.</summary>
    public StandaloneProgram Serve() => StandaloneProgram.Start(
        Clone, new Dictionary<string, string> { ["BACKUP_LISTEN"] = "http://127.0.0.1:0", ["BACKUP_JOURNAL"] = Path.Combine(_directory, "journal.db") }, "serve");

    /// <summary>Runs a line in a shell: its exit code and standard output.</summary>
    public static async Task<(int ExitCode, string Output)> Shell(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            await error;
            return (process.ExitCode, await output);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static bool IsSetting(string name) =>
        name.StartsWith("BACKUP_", StringComparison.Ordinal) || name.StartsWith("MONGODB_", StringComparison.Ordinal) || name.StartsWith("IPFS_", StringComparison.Ordinal);
}
