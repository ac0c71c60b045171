using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Tests.Docs;

/// <summary>Two vaults and a catalogue in a directory, over which the engine backs up the database <c>shop</c>.</summary>
internal sealed class RealWorkspace : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupfunctions-format-").FullName;

    /// <summary>The user's key.</summary>
    public static byte[] RawKey { get; } = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public JsonElement Head => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_directory, "catalogue", "head.json"))).RootElement;

    public string Vault(int number) => Path.Combine(_directory, $"vault-{number}");

    public BackupEngine Open(string mongoUri)
    {
        var files = new DiskFiles();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = mongoUri,
            [SettingNames.CatalogUri] = Url("catalogue"),
            [SettingNames.Key] = Convert.ToBase64String(RawKey),
            [SettingNames.NodeUrl(1)] = Url("vault-1"),
            [SettingNames.NodeUrl(2)] = Url("vault-2"),
            [SettingNames.Include] = "shop.*",
            [SettingNames.Staging] = Path.Combine(_directory, "staging"),
        };
        var options = BackupOptions.Load(new SettingsSource(settings, new Dictionary<string, string>(), _directory, files), OptionsScope.Backup);
        return new BackupEngine(options, new(TimeProvider.System, new SystemRandomSource(), files, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Url(string name) => new Uri(Path.Combine(_directory, name)).AbsoluteUri;
}
