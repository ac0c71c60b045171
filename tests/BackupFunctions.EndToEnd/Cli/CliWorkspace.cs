using BackupFunctions.Ambient;
using BackupFunctions.Cli;
using BackupFunctions.Cli.Engine;
using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>
/// A working directory with two vaults, staging, a catalogue in a directory and a key, in which the command line runs in this process. In
/// settings and arguments <c>{root}</c> stands for the directory.
/// </summary>
internal sealed class CliWorkspace : IDisposable
{
    public const string Key = "0b8tCq0nB7sTnYwJ5g6cQbq3oYbQyZrVn0p7u2Xw1mE=";
    public const string OtherKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly string _sourceUri;

    public CliWorkspace(string sourceUri)
    {
        _sourceUri = sourceUri;
        Settings = new(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = sourceUri,
            [SettingNames.CatalogUri] = "file://{root}/catalogue",
            [SettingNames.Key] = Key,
            [SettingNames.NodeUrl(1)] = "file://{root}/vault-1",
            [SettingNames.NodeUrl(2)] = "file://{root}/vault-2",
            [SettingNames.Staging] = "{root}/staging",
        };
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("backupfn-").FullName;

    public Dictionary<string, string> Settings { get; private init; }

    public IFiles Files { get; set; } = new DiskFiles();

    /// <summary>Every file below the directory with its length; what is empty or hidden too.</summary>
    public IReadOnlyList<string> Snapshot =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => $"{Path.GetRelativePath(Root, f)} {new FileInfo(f).Length}").Order(StringComparer.Ordinal)];

    /// <summary>Environment of a run, placeholders filled.</summary>
    public Dictionary<string, string> Environment => Settings.ToDictionary(s => s.Key, s => Fill(s.Value), StringComparer.Ordinal);

    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public string Fill(string text) => text.Replace("{root}", Root, StringComparison.Ordinal);

    /// <summary>Everything as it is now, in another directory.</summary>
    public CliWorkspace Copy()
    {
        var copy = new CliWorkspace(_sourceUri) { Settings = new(Settings, StringComparer.Ordinal) };
        foreach (var file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            var target = copy.PathOf(Path.GetRelativePath(Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    /// <summary>Runs a command whose arguments have no spaces.</summary>
    public Task<CliOutcome> Run(string command, CancellationToken cancellationToken = default) =>
        Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Fill)], cancellationToken);

    public async Task<CliOutcome> Run(string[] args, CancellationToken cancellationToken = default)
    {
        using StringWriter stdout = new() { NewLine = "\n" }, stderr = new() { NewLine = "\n" };
        var io = new CliIo(stdout, TextWriter.Synchronized(stderr), SettingsSource.FromDirectory(Environment, Root, Files));
        var exitCode = await CliApp.Run(args, new EngineCommands(io.Time, io.Random, io.Files), io, cancellationToken);
        return new(string.Join(' ', args), exitCode, stdout.ToString(), stderr.ToString());
    }

    /// <summary>Backs up, and gives the root of what is recorded.</summary>
    public async Task<string> BackUp(int exitCode = 0) =>
        (await Run("backup full --json")).Ended(exitCode).Result.GetProperty("backup").GetProperty("root").GetString()!;

    /// <summary>The recorded backups, newest first, as <c>complete</c> or <c>degraded</c>.</summary>
    public async Task<IReadOnlyList<string>> Listed() =>
        [.. (await Run("list --json")).Ended(0).Lines.Select(l => l.GetProperty("state").GetString()!)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
